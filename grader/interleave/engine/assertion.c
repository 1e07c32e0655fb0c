/**
 * @file assertion.c
 * @brief Assertions of a model that no execution came to: they say nothing, and the verdict says so.
 */
#include "engine.h"

extern const struct interleave_assertion *const __start_interleave_assertions[] __attribute__((weak));
extern const struct interleave_assertion *const __stop_interleave_assertions[] __attribute__((weak));
extern const struct interleave_model *const __start_interleave_models[] __attribute__((weak));
extern const struct interleave_model *const __stop_interleave_models[] __attribute__((weak));

static int count_all(void)
{
    ptrdiff_t count = __stop_interleave_assertions - __start_interleave_assertions;
    return count < ASSERTIONS_MAX ? (int)count : ASSERTIONS_MAX;
}

void interleave_comes_to(const struct interleave_assertion *const *assertion)
{
    ptrdiff_t index = assertion - __start_interleave_assertions;
    if (il_active() && index < ASSERTIONS_MAX)
        il->came_to[index] = true;
}

void assertion_thread(void *(*run)(void *))
{
    int i = 0;
    while (i < il->thread_function_count && il->thread_functions[i] != run)
        i++;
    if (i == il->thread_function_count && i < THREAD_FUNCTIONS_MAX)
        il->thread_functions[il->thread_function_count++] = run;
}

static bool is_in_same_function(const struct interleave_assertion *a, const struct interleave_assertion *b)
{
    return strcmp(a->function, b->function) == 0 && strcmp(a->file, b->file) == 0;
}

/* A thread of the model began in the function that the assertion is in. */
static bool is_of_thread(const struct interleave_assertion *assertion)
{
    const char *slash = strrchr(assertion->file, '/'), *file = slash ? slash + 1 : assertion->file;
    for (int i = 0; i < il->thread_function_count; i++) {
        il_site site = (il_site)(uintptr_t)il->thread_functions[i];
        site_resolve(&site, 1);
        const char *place = site_place(site);
        if (strcmp(site_entry(site), assertion->function) == 0 && strncmp(place, file, strlen(file)) == 0 &&
            place[strlen(file)] == ':')
            return true;
    }
    return false;
}

/* Of a program with several models: the model's own function, that of a thread of it, or one in which it came to another. */
static bool is_of_model(const struct interleave_assertion *assertion, const struct interleave_model *model)
{
    if (__stop_interleave_models - __start_interleave_models == 1)
        return true;
    if (strncmp(assertion->function, "model_", 6) == 0)
        return strcmp(assertion->function + 6, model->name) == 0 && strcmp(assertion->file, model->file) == 0;
    for (int i = 0; i < count_all(); i++)
        if (il->came_to[i] && is_in_same_function(__start_interleave_assertions[i], assertion))
            return true;
    return is_of_thread(assertion);
}

void assertions_unreached(const struct interleave_model *model, char *text, size_t size)
{
    enum { NAMED = 3, TEXT_SHOWN = 60 };
    int found = 0;
    size_t length = 0;
    text[0] = '\0';
    for (int i = 0; i < count_all() && length < size; i++) {
        const struct interleave_assertion *assertion = __start_interleave_assertions[i];
        const char *slash = strrchr(assertion->file, '/');
        if (il->came_to[i] || !is_of_model(assertion, model) || ++found > NAMED)
            continue;
        length += (size_t)snprintf(text + length, size - length, "%s %s:%d (%.*s%s)",
                                   found == 1 ? "; NO EXECUTION CAME TO" : ",",
                                   slash ? slash + 1 : assertion->file, assertion->line, TEXT_SHOWN,
                                   assertion->text, strlen(assertion->text) > TEXT_SHOWN ? "..." : "");
    }
    if (found > NAMED && length < size)
        length += (size_t)snprintf(text + length, size - length, " and %d more", found - NAMED);
    if (found && length < size)
        snprintf(text + length, size - length, ": what is asserted there was never asked");
}
