/**
 * @file form.c
 * @brief Reads two C texts, token by token, without what may differ.
 *
 * The weakening search tells operations apart by their lines, and trusts the code around them: what this lets pass must mean
 * the same to the compiler. So a line that goes on in the next (a backslash at its end) is refused, for it can hide code in a
 * comment; the end of a line with a directive is a token; and a fence that is left out stands where a statement may be
 * added: behind ; or a brace.
 *
 * A model is read without macros of its own, so each word in it is what it says. What it calls and defines is left to the object's
 * symbols (build_imports.c).
 */
#include "form.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

/* A place in a text, and the token there. */
struct reader {
    const char *at, *token;
    int length, line;
    bool directive;      /* the line at hand began with # */
    int operations_line; /* where the last atomic operation stands */
    char *problem;
};

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool is(const struct reader *reader, const char *text)
{
    return reader->token && (size_t)reader->length == strlen(text) &&
           strncmp(reader->token, text, (size_t)reader->length) == 0;
}

/* The end of a comment that begins here; NULL: none begins. */
static const char *end_of_comment(const char *at)
{
    if (at[0] != '/' || (at[1] != '/' && at[1] != '*'))
        return NULL;
    const char *end = at[1] == '/' ? strchr(at, '\n') : strstr(at + 2, "*/");
    return !end ? at + strlen(at) : at[1] == '/' ? end : end + 2;
}

/* The next token: a word, a character, or the end of a directive. NULL at the end of the text. */
static void read_token(struct reader *reader)
{
    for (const char *end; *reader->at; reader->at = end) {
        bool blank = isspace((unsigned char)*reader->at);
        end = blank ? reader->at + 1 : end_of_comment(reader->at);
        if (!end || (*reader->at == '\n' && reader->directive))
            break;
        for (const char *each = reader->at; each < end; each++)
            reader->line += *each == '\n';
    }
    reader->token = *reader->at ? reader->at : NULL;
    reader->length = 0;
    if (!reader->token)
        return;
    do
        reader->length++;
    while (is_word(reader->token[0]) && is_word(reader->token[reader->length]));
    reader->at += reader->length;
    reader->line += *reader->token == '\n';
    reader->directive = (reader->directive || *reader->token == '#') && *reader->token != '\n';
}

/* A memory order by its name in C. */
static bool is_order(const struct reader *reader)
{
    static const char *const names[] = {"memory_order_relaxed", "memory_order_acquire", "memory_order_release",
                                        "memory_order_acq_rel", "memory_order_seq_cst"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is(reader, names[i]))
            return true;
    return false;
}

/* Each operation has a line of its own. */
static void look_at_operation(struct reader *reader)
{
    if (reader->length < 7 || strncmp(reader->token, "atomic_", 7) != 0)
        return;
    if (reader->operations_line == reader->line && !reader->problem)
        reader->problem =
            format_text("line %d has two atomic operations: give each a line of its own.", reader->line);
    reader->operations_line = reader->line;
}

/* Past `atomic_thread_fence(ORDER);`, if that stands here. */
static bool skip_fence(struct reader *reader)
{
    struct reader ahead = *reader;
    static const char *const parts[] = {"atomic_thread_fence", "(", NULL, ")", ";"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!(parts[i] ? is(&ahead, parts[i]) : is_order(&ahead)))
            return false;
        look_at_operation(&ahead);
        if (i + 1 < sizeof parts / sizeof *parts)
            read_token(&ahead);
    }
    *reader = ahead;
    return true;
}

/* The next token that must be the same in both texts. */
static void read_fixed(struct reader *reader)
{
    bool may_add = is(reader, ";") || is(reader, "{") || is(reader, "}");
    read_token(reader);
    while (reader->token && may_add && skip_fence(reader))
        read_token(reader);
    if (reader->token)
        look_at_operation(reader);
}

/* Whether a line of the text goes on in the next one: its number, or 0. */
static int continued_line(const char *text)
{
    int line = 1;
    for (; *text; line += *text++ == '\n')
        if (*text == '\\' && text[1 + strspn(text + 1, " \t\r\f\v")] == '\n')
            return line;
    return 0;
}

static bool is_same(const struct reader *left, const struct reader *right)
{
    return left->length == right->length &&
           (left->length == 0 || strncmp(left->token, right->token, (size_t)left->length) == 0);
}

char *form_difference(const char *submitted, const char *original)
{
    struct reader ours = {.at = original, .line = 1}, theirs = {.at = submitted, .line = 1};
    int continued = continued_line(submitted);
    if (continued)
        return format_text("line %d ends with a backslash: remove it.", continued);
    do {
        read_fixed(&ours);
        read_fixed(&theirs);
        if (!is_same(&ours, &theirs) && !(is_order(&ours) && is_order(&theirs))) {
            free(theirs.problem);
            free(ours.problem);
            return format_text(
                "line %d: only orders, fences and comments may change, and the orders are relaxed, "
                "acquire, release, acq_rel and seq_cst.\nA fence stands behind ; or a brace. The first "
                "difference is at: %.*s",
                theirs.line, theirs.token ? theirs.length : 15,
                theirs.token ? theirs.token : "the end of file");
        }
    } while (ours.token && theirs.token && !theirs.problem);
    free(ours.problem);
    return theirs.problem;
}

/* Whether the line of this # includes what a model needs: <interleave.h>, which has most of it, or a header of the runtime. */
static bool includes_a_model_header(const char *at)
{
    static const char include[] = "include", *const names[] = {"<interleave.h>", "\"interleave.h\"",
                                                               "<semaphore.h>",  "<string.h>",
                                                               "\"weft/",        "<weft/"};
    at += strspn(at, " \t");
    if (strncmp(at, include, strlen(include)) != 0)
        return false;
    at += strlen(include);
    at += strspn(at, " \t");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(at, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* A word with which code runs before the model does, or past the engine, or with which it finds what it runs on: those that C keeps for
 * the compiler and its library (attributes, built-in functions, macros that paste words together), and what MODEL() defines. */
static bool is_forbidden_word(const struct reader *reader)
{
    static const char *const words[] = {"asm", "_Pragma", "interleave_model"};
    static const char *const begins[] = {"__", "pointer_"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is(reader, words[i]))
            return true;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (strncmp(reader->token, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

/* Past a text in quotes, whose words are none. */
static void skip_text(struct reader *reader)
{
    char quote = *reader->token;
    while (*reader->at && *reader->at != quote && *reader->at != '\n')
        reader->at += *reader->at == '\\' && reader->at[1] ? 2 : 1;
    reader->at += *reader->at == quote;
}

char *form_model_problem(const char *submitted)
{
    struct reader reader = {.at = submitted, .line = 1};
    int continued = continued_line(submitted);
    if (continued)
        return format_text("line %d ends with a backslash: remove it.", continued);
    char before = '\0';
    for (read_token(&reader); reader.token; read_token(&reader)) {
        char first = *reader.token;
        if (first == '#' && !includes_a_model_header(reader.at))
            return format_text(
                "line %d: a model has no directive but #include of <interleave.h>, <semaphore.h>, <string.h> and "
                "\"weft/...\": remove it. For a number take an enum.",
                reader.line);
        if (is_forbidden_word(&reader))
            return format_text("line %d: a model is plain C: there is no %.*s in it.", reader.line,
                               reader.length, reader.token);
        if ((before == '[' && first == '[') || ((before == '<' || before == '%') && first == ':'))
            return format_text("line %d: a model is plain C: there is no %c%c in it.", reader.line, before,
                               first);
        if (first == '"' && before == 'R' && reader.token[-1] == 'R')
            return format_text("line %d: a model is plain C: there is no raw string in it.", reader.line);
        if (first == '"' || first == '\'')
            skip_text(&reader);
        before = reader.token[is_word(first) ? reader.length - 1 : 0];
    }
    return NULL;
}
