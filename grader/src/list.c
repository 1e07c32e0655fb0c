#include "list.h"

#include <stdlib.h>
#include <string.h>

#include "judge_run.h"

static json_t *words_json(const char *text)
{
    struct words words = {0};
    json_t *list = json_array();
    words_split(&words, text);
    for (size_t i = 0; i < words.count; i++)
        json_array_append_new(list, json_string(words.items[i]));
    words_free(&words);
    return list;
}

static json_t *variants_json(unsigned variants)
{
    json_t *list = json_array();
    for (unsigned bit = 1; bit && bit <= variants; bit <<= 1)
        if (variants & bit)
            json_array_append_new(list, json_string(judge_variant_name(bit)));
    return list;
}

static json_t *tests_json(const struct judge_suite *suite)
{
    json_t *list = json_array();
    for (const struct judge_test *test = suite ? suite->tests : NULL; test && test->name; test++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:b}", "name", test->name, "clause",
                                              test->clause, "variants", variants_json(test->variants),
                                              "model", judge_is_model(test)));
    return list;
}

/* Those that a line of modules.mk names. */
static void add_labs(json_t *labs, const struct course *course, const char *line, const char *state)
{
    static const char *const files[] = {"write", "given", "headers"};
    const struct settings *modules = &course->modules;
    struct words names = {0};
    words_split(&names, settings_get(modules, line));
    for (size_t i = 0; i < names.count; i++) {
        const char *name = names.items[i];
        json_t *lab = json_pack(
            "{s:s, s:s, s:s, s:s, s:s, s:o}", "name", name, "state", state, "kind",
            settings_get_of(modules, name, "kind"), "title", settings_get_of(modules, name, "title"), "part",
            settings_get_of(modules, name, "part"), "tests", tests_json(judge_suite_of(name)));
        for (size_t k = 0; k < sizeof files / sizeof *files; k++)
            json_object_set_new(lab, files[k], words_json(settings_get_of(modules, name, files[k])));
        json_array_append_new(labs, lab);
    }
    words_free(&names);
}

json_t *list_json(const struct course *course)
{
    json_t *labs = json_array(), *clauses = json_array(), *references = json_array();
    add_labs(labs, course, "LABS", "built");
    add_labs(labs, course, "EXERCISES", "beside");
    add_labs(labs, course, "PLANNED", "planned");
    for (size_t i = 0; i < course->clause_count; i++) {
        const struct clause *clause = &course->clauses[i];
        json_array_append_new(clauses, json_pack("{s:s, s:i, s:s, s:i, s:s}", "id", clause->id, "points",
                                                 clause->points, "header", clause->header, "line",
                                                 clause->line, "text", clause->text));
    }
    for (size_t i = 0; i < course->reference_count; i++) {
        const struct reference *reference = &course->references[i];
        json_array_append_new(references, json_pack("{s:s, s:s, s:i}", "id", reference->id, "header",
                                                    reference->header, "line", reference->line));
    }
    json_t *list =
        json_pack("{s:o, s:o, s:o, s:o, s:o}", "labs", labs, "given",
                  words_json(settings_get(&course->modules, "GIVEN")), "clauses", clauses, "references",
                  references, "variants", words_json(settings_get(&course->variants, "VARIANTS")));
    if (!list)
        die("no memory");
    return list;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static int number_of(const json_t *object, const char *key)
{
    return (int)json_integer_value(json_object_get(object, key));
}

static void print_words(const char *what, const json_t *words)
{
    size_t i;
    json_t *word;
    json_array_foreach(words, i, word) printf("%s\t%s\n", what, json_string_value(word));
}

static void print_tests(const char *lab, const json_t *tests)
{
    size_t i, v;
    json_t *test, *variant;
    json_array_foreach(tests, i, test)
    {
        printf("test\t%s\t%s\t%s\t", lab, text_of(test, "name"), text_of(test, "clause"));
        json_array_foreach(json_object_get(test, "variants"), v, variant)
            printf("%s%s", v ? "," : "", json_string_value(variant));
        printf("\t%s\n", json_is_true(json_object_get(test, "model")) ? "model" : "");
    }
}

void list_table(const json_t *list)
{
    static const char *const files[] = {"write", "given", "headers"};
    size_t i;
    json_t *each;
    json_array_foreach(json_object_get(list, "clauses"), i, each)
        printf("clause\t%s\t%d\t%s\t%d\t%s\n", text_of(each, "id"), number_of(each, "points"),
               text_of(each, "header"), number_of(each, "line"), text_of(each, "text"));
    json_array_foreach(json_object_get(list, "references"), i, each) printf(
        "reference\t%s\t%s\t%d\n", text_of(each, "id"), text_of(each, "header"), number_of(each, "line"));
    json_array_foreach(json_object_get(list, "labs"), i, each)
    {
        const char *lab = text_of(each, "name");
        printf("lab\t%s\t%s\t%s\t%s\n", lab, text_of(each, "state"), text_of(each, "kind"),
               text_of(each, "title"));
        for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
            char *what = format_text("file\t%s\t%s", lab, files[k]);
            print_words(what, json_object_get(each, files[k]));
            free(what);
        }
        print_tests(lab, json_object_get(each, "tests"));
    }
    print_words("given", json_object_get(list, "given"));
    print_words("variant", json_object_get(list, "variants"));
}
