/**
 * @file await_tree.c
 * @brief Prints what a future waits for.
 */
#include "weft/await_tree.h"

#include <stdbool.h>
#include <string.h>

enum {
    DEPTH_MAX = 32,   /* a cycle, or a recursion, ends here */
    LINES_MAX = 1000, /* and a wide one here */
    PREFIX_BYTES = DEPTH_MAX * 3 + 1,
};

struct printer {
    FILE *stream;
    int indent;
    int depth;
    int lines;
    char prefix[PREFIX_BYTES];    /* the lines drawn left of this level */
    const struct wf_future *last; /* the child that gets the corner, or NULL while counting */
};

static void print_node(struct printer *printer, const struct wf_future *future, const char *branch);

static void remember(void *arg, const struct wf_future *child)
{
    *(const struct wf_future **)arg = child;
}

static void print_child(void *arg, const struct wf_future *child)
{
    struct printer *printer = arg;
    const struct wf_future *last = printer->last;
    size_t length = strlen(printer->prefix);
    print_node(printer, child, child == last ? "`- " : "|- ");
    printer->prefix[length] = '\0';
    printer->last = last;
}

static void visit_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    if (future->awaiting)
        visit(arg, future->awaiting);
    else if (future->ops->children)
        future->ops->children(future, visit, arg);
}

static void print_node(struct printer *printer, const struct wf_future *future, const char *branch)
{
    FILE *stream = printer->stream;
    if (++printer->lines >= LINES_MAX) {
        if (printer->lines == LINES_MAX)
            fprintf(stream, "%*s...\n", printer->indent, "");
        return;
    }
    fprintf(stream, "%*s%s%s", printer->indent, "", printer->prefix, branch);
    if (!future || !future->ops) {
        fprintf(stream, "(empty)\n");
        return;
    }
    uint32_t line = wf_load_relaxed(&future->line);
    fprintf(stream, "%s", future->ops->name);
    if (line == WF_LINE_DONE || line == WF_LINE_DROPPED) {
        fprintf(stream, line == WF_LINE_DONE ? " [done]\n" : " [dropped]\n");
        return; /* its children are gone, and so may be their storage */
    }
    if (line != WF_LINE_NEW) {
        fprintf(stream, ":%u\n", line);
    } else {
        fputc('\n', stream);
    }

    const struct wf_future *last = NULL;
    visit_children(future, remember, &last);
    if (!last)
        return;
    size_t length = strlen(printer->prefix);
    snprintf(printer->prefix + length, PREFIX_BYTES - length, "%s",
             *branch == '\0'  ? ""
             : *branch == '`' ? "   "
                              : "|  ");
    if (++printer->depth == DEPTH_MAX) {
        fprintf(stream, "%*s%s`- ...\n", printer->indent, "", printer->prefix);
    } else {
        printer->last = last;
        visit_children(future, print_child, printer);
    }
    printer->depth--;
}

void wf_await_tree_print(const struct wf_future *root, FILE *stream, int indent)
{
    struct printer printer = {.stream = stream, .indent = indent};
    print_node(&printer, root, "");
}
