#include "weft/error.h"

#include <limits.h>
#include <netdb.h>
#include <string.h>

#include "given.h"

/* G.18 */
START_TEST(g18_every_code_has_its_name)
{
    static const struct {
        int code;
        const char *begins;
    } cases[] = {
        {0, "success"},
        {WF_ENOMEM, "WF_ENOMEM: "},
        {WF_ECANCELED, "WF_ECANCELED: "},
        {WF_ETIMEDOUT, "WF_ETIMEDOUT: "},
        {WF_EAGAIN, "WF_EAGAIN: "},
        {WF_ECLOSED, "WF_ECLOSED: "},
        {WF_EDISABLED, "WF_EDISABLED: "},
        {WF_EEND, "WF_EEND: "},
        {WF_EFULL, "WF_EFULL: "},
        {WF_ELAGGED, "WF_ELAGGED: "},
        {WF_ETOOLONG, "WF_ETOOLONG: "},
        {WF_ENOTPOLLABLE, "WF_ENOTPOLLABLE: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = wf_strerror(cases[i].code);
        ck_assert_msg(strncmp(text, cases[i].begins, strlen(cases[i].begins)) == 0, "%d: %s", cases[i].code,
                      text);
    }
}
END_TEST

/* G.18 */
START_TEST(g18_a_negated_errno_has_the_systems_text)
{
    ck_assert_str_eq(wf_strerror(-ECONNRESET), "Connection reset by peer");
    ck_assert_str_eq(wf_strerror(-EPIPE), "Broken pipe");
}
END_TEST

/* G.18: the ranges do not meet, so a code alone says whose it is. */
START_TEST(g18_the_resolvers_codes_have_its_text)
{
    ck_assert_str_eq(wf_strerror(WF_ERESOLVER(EAI_NONAME)), gai_strerror(EAI_NONAME));
    ck_assert_str_eq(wf_strerror(WF_ERESOLVER(EAI_AGAIN)), gai_strerror(EAI_AGAIN));
    /* the C library's own begin at -100 */
    ck_assert_str_eq(wf_strerror(WF_ERESOLVER(EAI_IDN_ENCODE)), gai_strerror(EAI_IDN_ENCODE));
    ck_assert_int_lt(WF_ERESOLVER(EAI_BADFLAGS), WF_ENOTPOLLABLE);
}
END_TEST

/* G.18 */
START_TEST(g18_any_other_number_is_an_unknown_code)
{
    static const int codes[] = {1,      EPIPE,  INT_MAX, -4095,       -10000,
                                -10008, -10100, -10300,  INT_MIN + 1, INT_MIN};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        ck_assert_str_eq(wf_strerror(codes[i]), "unknown code");
}
END_TEST

/* G.18: a static string, so the same one each time. */
START_TEST(g18_the_string_is_static)
{
    for (int code = 0; code > -200; code--)
        ck_assert_ptr_eq(wf_strerror(code), wf_strerror(code));
}
END_TEST

TCase *error_tests(void)
{
    TCase *tests = tcase_create("error");
    tcase_add_test(tests, g18_every_code_has_its_name);
    tcase_add_test(tests, g18_a_negated_errno_has_the_systems_text);
    tcase_add_test(tests, g18_the_resolvers_codes_have_its_text);
    tcase_add_test(tests, g18_any_other_number_is_an_unknown_code);
    tcase_add_test(tests, g18_the_string_is_static);
    return tests;
}
