/**
 * @file main.c
 * @brief The program that a model becomes: explores what is named, says what came of it.
 */
#include "engine.h"

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "layout.h"
#include "page_html.h"

extern const struct interleave_model *const __start_interleave_models[] __attribute__((weak));
extern const struct interleave_model *const __stop_interleave_models[] __attribute__((weak));

enum {
    MODELS_MAX = 256,
    DEFAULT_SECONDS = 10,
    SECONDS_MAX = 1000000,
    EXIT_PASS = 0,
    EXIT_FAILED = 1,
    EXIT_NOT_VERIFIED = 2,
    EXIT_USAGE = 64,
    VERDICT_HANG = 4 /* a verdict's words go on so far in */
};

static const char usage_text[] =
    "usage: PROGRAM [NAME...] [--seconds S] [--page FILE]   explore all models, or those that are named\n"
    "       PROGRAM NAME --replay TOKEN [--page FILE]       one execution again, with its account\n"
    "       PROGRAM [NAME...] --weaken [--files LIST] [--reasons FILE]\n"
    "                                                       which memory orders (in these files) do the models need?\n"
    "       PROGRAM NAME --repair                           which strengthening makes a failing model pass?\n"
    "       PROGRAM list                                    name, clause and text of each model\n"
    "--all-steps: accounts have each step of the runtime's own code, too, and not a line for each call of it\n"
    "\n"
    "exit status: 0 all were exhausted and pass, 1 one failed, 2 one was not verified\n";

struct arguments {
    const char *replay, *page, *reasons, *files;
    int seconds;
    bool weaken, repair, all_steps;
    const struct interleave_model *models[MODELS_MAX];
    size_t count;
};

static _Noreturn void usage(const char *problem, const char *what)
{
    if (problem)
        fprintf(stderr, "interleave: %s %s\n\n", problem, what);
    fputs(usage_text, problem ? stderr : stdout);
    exit(problem ? EXIT_USAGE : EXIT_PASS);
}

static int compare(const void *a, const void *b)
{
    const struct interleave_model *left = *(const struct interleave_model *const *)a;
    const struct interleave_model *right = *(const struct interleave_model *const *)b;
    int files = strcmp(left->file, right->file);
    return files ? files : left->line - right->line;
}

/* All models, in the order of their source: compilers emit them in any. */
static size_t all_models(const struct interleave_model *models[MODELS_MAX])
{
    size_t count = (size_t)(__stop_interleave_models - __start_interleave_models);
    if (count > MODELS_MAX)
        usage("the program has more models than", "256");
    for (size_t i = 0; i < count; i++)
        models[i] = __start_interleave_models[i];
    qsort(models, count, sizeof models[0], compare);
    return count;
}

static const struct interleave_model *model_of(const struct arguments *all, const char *name)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->models[i]->name, name) == 0)
            return all->models[i];
    return NULL;
}

/* `name`: of the model, where there are several; NULL: the page has that path itself. */
static void write_page(const char *asked, const char *name, const char *rows)
{
    char path[PATH_MAX];
    int stem =
        (int)strlen(asked) - (strlen(asked) > 5 && strcmp(asked + strlen(asked) - 5, ".html") == 0 ? 5 : 0);
    snprintf(path, sizeof path, name ? "%.*s-%s%s" : "%.*s%s%s", stem, asked, name ? name : "", asked + stem);
    FILE *file = rows ? fopen(path, "w") : NULL;
    if (file)
        page_write_html(file, rows, source_text, NULL);
    if (!file || ferror(file) || fclose(file) != 0) {
        fprintf(stderr, "interleave: cannot write %s: %s\n", path, rows ? "see the folder" : "nothing failed");
        exit(EXIT_USAGE);
    }
    printf("      as a page, with its sources: %s\n\n", path);
}

static void print_account(const char *account)
{
    char *copy = strdup(account);
    for (char *rest = copy, *line; (line = strsep(&rest, "\n")) && rest;)
        layout_line(stdout, line, 0, *line == ' ' ? -1 : VERDICT_HANG, layout_columns(stdout));
    free(copy);
}

static int replay(const struct arguments *arguments)
{
    const struct interleave_model *model = arguments->models[0];
    struct il_options options, bounds;
    struct il_result result;
    if (arguments->count != 1)
        usage("--replay needs the name of one model, and has", arguments->count ? "several" : "none");
    model_bounds(model, &bounds);
    options = bounds;
    options.replay = arguments->replay;
    options.decided_within = &bounds;
    options.all_steps = arguments->all_steps;
    il_explore(model->name, model->body, &options, &result);
    if (result.verdict != IL_FAILED) {
        printf("%s: %s\n", model->name,
               result.failure
                   ? result.message
                   : "this execution passes: the code or the model has changed since the token was made");
        return EXIT_NOT_VERIFIED;
    }
    print_account(result.account);
    if (arguments->page)
        write_page(arguments->page, NULL, result.rows);
    il_result_free(&result);
    return EXIT_FAILED;
}

static int explore_one(const struct interleave_model *model, const struct arguments *arguments)
{
    struct ladder_result found;
    ladder_climb(model, arguments->seconds * 1000, (struct ladder_asked){.all_steps = arguments->all_steps},
                 &found);
    const struct il_result *result = &found.result;
    bool not_verified = result->verdict == IL_BUDGET || !il_failure_counts(result->failure);
    char *verdict_line;
    if (asprintf(&verdict_line, "%-14s %-28s %9ld executions %6d ms  %s",
                 not_verified                   ? "NOT VERIFIED"
                 : result->verdict == IL_FAILED ? "FAILED"
                                                : "ok",
                 model->name, result->executions, result->milliseconds, found.headline) < 0)
        engine_failed("no memory");
    layout_line(stdout, verdict_line, 0, VERDICT_HANG, layout_columns(stdout));
    free(verdict_line);
    if (result->account) { /* whose first line says it again */
        const char *body = strstr(result->account, "\n\n");
        putchar('\n');
        print_account(body ? body + 2 : result->account);
        printf("\n      replay with: %s --replay %s\n\n", model->name, result->token);
    }
    fflush(stdout);
    if (arguments->page && result->rows)
        write_page(arguments->page, arguments->count > 1 ? model->name : NULL, result->rows);
    enum il_verdict verdict = result->verdict;
    il_result_free(&found.result);
    return not_verified ? EXIT_NOT_VERIFIED : verdict == IL_FAILED ? EXIT_FAILED : EXIT_PASS;
}

static int list(const struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->count; i++)
        printf("%s\t%s\t%s\n", arguments->models[i]->name, arguments->models[i]->clause,
               arguments->models[i]->text);
    return EXIT_PASS;
}

/* Those that are named, of all; all, if none is. */
static void choose_models(struct arguments *arguments, char **names)
{
    struct arguments all = *arguments;
    if (all.count == 0)
        usage("the program has no model:", "define one with MODEL()");
    for (arguments->count = *names ? 0 : all.count; *names; names++) {
        const struct interleave_model *model = model_of(&all, *names);
        if (!model)
            usage("there is no model", *names);
        if (arguments->count < MODELS_MAX)
            arguments->models[arguments->count++] = model;
    }
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.seconds = DEFAULT_SECONDS};
    static const struct option names[] = {
        {"seconds", required_argument, NULL, 's'}, {"replay", required_argument, NULL, 'r'},
        {"page", required_argument, NULL, 'p'},    {"reasons", required_argument, NULL, 'o'},
        {"files", required_argument, NULL, 'f'},   {"weaken", no_argument, NULL, 'w'},
        {"repair", no_argument, NULL, 'x'},        {"all-steps", no_argument, NULL, 'a'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    int letter;
    long seconds;
    char *end;
    bool judged_replay = argc == 4 && strcmp(argv[2], "--replay") == 0;
    arguments.count = all_models(arguments.models);
    if ((argc == 2 || judged_replay) && strncmp(argv[1], "model:", 6) == 0)
        return judged_main(arguments.models, arguments.count, argv[1] + 6, judged_replay ? argv[3] : NULL);
    if (argc == 2 && strncmp(argv[1], "weaken:", 7) == 0)
        return judged_weaken(arguments.models, arguments.count, argv[1] + 7);
    while ((letter = getopt_long(argc, argv, "h", names, NULL)) != -1)
        switch (letter) {
        case 's':
            seconds = strtol(optarg, &end, 10);
            if (*end || seconds < 1 || seconds > SECONDS_MAX)
                usage("--seconds is a number from 1 to 1000000, not", optarg);
            arguments.seconds = (int)seconds;
            break;
        case 'r':
            arguments.replay = optarg;
            break;
        case 'p':
            arguments.page = optarg;
            break;
        case 'o':
            arguments.reasons = optarg;
            break;
        case 'f':
            arguments.files = optarg;
            break;
        case 'w':
            arguments.weaken = true;
            break;
        case 'x':
            arguments.repair = true;
            break;
        case 'a':
            arguments.all_steps = true;
            break;
        case 'h':
            usage(NULL, NULL);
        default:
            usage("an option that does not exist, or without its value:", argv[optind - 1]);
        }
    if (optind < argc && strcmp(argv[optind], "list") == 0)
        return list(&arguments);
    choose_models(&arguments, argv + optind);
    if (arguments.replay)
        return replay(&arguments);
    if (arguments.weaken)
        return weaken(arguments.models, arguments.count, arguments.seconds * 1000, arguments.files,
                      arguments.reasons, stdout);
    if (arguments.repair)
        return repair(arguments.models[0], arguments.seconds * 1000, stdout);
    int worst = EXIT_PASS;
    for (size_t i = 0; i < arguments.count; i++) {
        int status = explore_one(arguments.models[i], &arguments);
        worst = status == EXIT_FAILED || worst == EXIT_FAILED ? EXIT_FAILED : status > worst ? status : worst;
    }
    return worst;
}
