#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

static const char usage_text[] =
    "usage: weft-grade run LAB [--from DIR] [--own LIST] [--seed N] [--test NAME] [--json FILE] [--junit FILE]\n"
    "                          [--variants LIST] [--sandbox TIER] [--deep] [--hint] [--mutant TEST] [--one-hang]\n"
    "                          [--one-by-one]\n"
    "       weft-grade debug LAB --test NAME [--from DIR] [--own LIST] [--seed N] [--variants NAME] [--token TOKEN]\n"
    "       weft-grade trace LAB --test MODEL [--from DIR] [--own LIST] [--token TOKEN] [--deep]\n"
    "       weft-grade list [--json | --table]\n"
    "       weft-grade explain CLAUSE | TEST\n"
    "       weft-grade pick VARIANT [--from DIR] [--own LIST] [--sandbox TIER]\n"
    "       weft-grade accept [LIST] [--sandbox TIER]\n"
    "       weft-grade confine [--sandbox TIER] [--variants asan] -- COMMAND [ARGUMENT...]\n"
    "       weft-grade selftest [--quick | --whole] [--lab LAB] [--kept FOLDER [--fresh]] [NAME...]\n"
    "       weft-grade kept WHAT | keep WHAT\n"
    "\n"
    "  LAB       1, 01 or 01-futures\n"
    "  --from    the submission: labs (the default), solutions, or any folder that holds NN-name folders or\n"
    "            the lab's files themselves\n"
    "  --own     earlier labs to take from there too: a list of numbers, or all; of a pick the only ones\n"
    "  --test    one test, or one clause\n"
    "  --json    a file, or a folder with a / behind it, where the file is called like the lab: 01.json\n"
    "  --token   the one execution of a model to show, as its failure names it\n"
    "  --deep    explore models 20 times as long\n"
    "  --hint    of a memory order that is too strong, say which one suffices\n"
    "  --mutant  the test that must fail: it comes first, and of the others only plain, until half of them pass\n"
    "  --one-hang  after one test that hung, not three, the rest is not run\n"
    "  --one-by-one  no test beside another, where several runs go on already\n"
    "  --whole   run every test of a mutant\n"
    "  --kept    a folder that grader/tools/machine.sh wrote: do not run what passed when all was the same; --fresh: do\n"
    "  kept and keep ask whether something passed, or say that it has; what it depends on stands on standard input\n"
    "  --sandbox bubblewrap, landlock or none; without it the strongest that works. confine runs a command in it\n"
    "\n"
    "exit status: 0 all passed, 1 not all passed, 2 no result\n";

void options_usage(const char *problem)
{
    if (problem)
        fprintf(stderr, "weft-grade: %s\n\n", problem);
    fputs(usage_text, problem ? stderr : stdout);
    exit(problem ? EXIT_NO_RESULT : finish_output(EXIT_PASS));
}

/* Where the value of the option goes; NULL: it has none of its own. */
static const char **value_of(struct options *options, int letter)
{
    switch (letter) {
    case 'f':
        return &options->from;
    case 'o':
        return &options->own;
    case 's':
        return &options->seed;
    case 't':
        return &options->test;
    case 'K':
        return &options->kept;
    case 'm':
        return &options->mutant;
    case 'k':
        return &options->token;
    case 'j':
        return &options->json;
    case 'u':
        return &options->junit;
    case 'v':
        return &options->variants;
    case 'b':
        return &options->sandbox;
    case 'l':
        return &options->lab;
    default:
        return NULL;
    }
}

struct options options_read(int argc, char **argv)
{
    struct options options = {.from = "labs", .own = ""};
    static const struct option names[] = {
        {"from", required_argument, NULL, 'f'},
        {"own", required_argument, NULL, 'o'},
        {"seed", required_argument, NULL, 's'},
        {"test", required_argument, NULL, 't'},
        {"json", required_argument, NULL, 'j'},
        {"junit", required_argument, NULL, 'u'},
        {"variants", required_argument, NULL, 'v'},
        {"sandbox", required_argument, NULL, 'b'},
        {"lab", required_argument, NULL, 'l'},
        {"quick", no_argument, NULL, 'q'},
        {"whole", no_argument, NULL, 'w'},
        {"mutant", required_argument, NULL, 'm'},
        {"kept", required_argument, NULL, 'K'},
        {"fresh", no_argument, NULL, 'F'},
        {"token", required_argument, NULL, 'k'},
        {"deep", no_argument, NULL, 'd'},
        {"hint", no_argument, NULL, 'i'},
        {"one-hang", no_argument, NULL, 'H'},
        {"one-by-one", no_argument, NULL, '1'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    if (argc == 3 && strcmp(argv[1], "list") == 0 &&
        (strcmp(argv[2], "--json") == 0 || strcmp(argv[2], "--table") == 0)) {
        options.command = argv[1]; /* of this command alone --json has no value */
        options.rest = argv + 2;
        options.argument = argv[2];
        return options;
    }
    int letter;
    unsetenv("POSIXLY_CORRECT"); /* options may stand behind the command, whatever the shell asks for */
    while ((letter = getopt_long(argc, argv, "h", names, NULL)) != -1) {
        const char **value = value_of(&options, letter);
        if (value)
            *value = optarg;
        else if (letter == 'h')
            options_usage(NULL);
        else if (letter == '?')
            options_usage("an option that does not exist, or without its value");
        options.quick |= letter == 'q';
        options.whole |= letter == 'w';
        options.fresh |= letter == 'F';
        options.deep |= letter == 'd';
        options.hint |= letter == 'i';
        options.one_hang |= letter == 'H';
        options.one_by_one |= letter == '1';
    }
    if (options.test && !*options.test)
        options.test = NULL;
    if (options.token && !*options.token)
        options.token = NULL;
    if (optind >= argc)
        options_usage("a command is missing");
    options.command = argv[optind];
    options.rest = argv + optind + 1;
    options.argument = *options.rest;
    options.debug = strcmp(options.command, "debug") == 0;
    options.trace = strcmp(options.command, "trace") == 0;
    if (options.token && !options.debug && !options.trace)
        options_usage("--token shows one execution, with debug or trace; run explores them all");
    return options;
}
