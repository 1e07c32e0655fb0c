/**
 * @file debugger.c
 * @brief The subject in gdb: sources where the person has them, breakpoints where contracts break.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "judge_internal.h"

static void add_command(struct words *words, const char *command)
{
    words_add(words, "-ex");
    words_add(words, command);
}

/* An argument of a command of gdb, which splits at blanks and reads quotes. The caller frees. */
static char *debugger_word(const char *text)
{
    char *word = malloc(2 * strlen(text) + 1), *end = word;
    if (!word)
        die("no memory");
    for (; *text; *end++ = *text++)
        if (strchr(" \t\n'\"\\", *text))
            *end++ = '\\';
    *end = '\0';
    return word;
}

void judge_exec_debugger(const struct judge *judge, const char *program, const char *const arguments[])
{
    char *map = format_text("set substitute-path submission/%s %s", judge->suite->lab,
                            debugger_word(judge->graded_folder));
    char *given = format_text("%s/runtime/include", judge->root);
    char *headers = format_text("set substitute-path include %s", debugger_word(given));
    struct words words = {0};
    words_split(&words, "gdb -q -nx -d");
    words_add(&words, judge->root); /* a subject names the tree's files from the tree's top on */
    const char *const commands[] = {
        "echo \\nSet breakpoints, for example break and the name of a function of yours, then type run.\\n",
        "echo It stops by itself where a contract is broken or a task is not written.\\n\\n",
        "set confirm off",
        "set filename-display basename", /* the name that reports use */
        "set breakpoint pending on",
        headers,
        map,
        "break wf_panic_at",
        "break wf_lab_todo",
        NULL};
    for (const char *const *command = commands; *command; command++)
        add_command(&words, *command);
    if (judge->budget_ms) { /* a model */
        add_command(
            &words,
            "echo This is the one execution of the token. It stops just before the step that fails,\\n");
        add_command(&words, "echo and after break interleave_step at each step of the account.\\n\\n");
        add_command(&words, "break interleave_failed");
    }
    const char *more = getenv("GDB_ARGS"); /* e.g. -batch -ex run -ex bt, for scripts */
    for (char *copy = copy_text(more ? more : ""), *word; (word = strsep(&copy, ";"));)
        if (*word) {
            words_add(&words, *word == '-' ? word : "-ex");
            if (*word != '-')
                words_add(&words, word);
        }
    words_add(&words, "--args");
    words_add(&words, program);
    for (; *arguments; arguments++)
        words_add(&words, *arguments);
    signal(SIGINT, SIG_DFL);
    execvp("gdb", words.items);
    fprintf(stderr, "gdb is not installed: make deps\n");
    _exit(126);
}
