# shellcheck shell=sh
# libraries.sh: what the grader is linked with, each by a program that uses it. Sourced by doctor.sh.

check_check()
{
    if ! have pkg-config || ! flags=$(pkg-config --cflags --libs check 2>/dev/null); then
        bad MISSING Check "pkg-config does not find it" "$deps grade"
        return
    fi
    # shellcheck disable=SC2086 # a list of flags
    if ! build gcc $flags; then
        bad BROKEN Check "does not build: $(first)" "apt-get install --reinstall check"
        return
    fi <<'C'
#include <check.h>
#include <stdlib.h>
START_TEST(passes) { ck_assert_int_eq(2 + 2, 4); }
END_TEST
START_TEST(aborts) { abort(); }
END_TEST
int main(void)
{
    Suite *suite = suite_create("doctor");
    TCase *tests = tcase_create("two");
    tcase_add_test(tests, aborts);
    tcase_add_test(tests, passes);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_FORK);
    srunner_run_all(runner, CK_SILENT);
    TestResult **failures = srunner_failures(runner);
    int right = srunner_ntests_run(runner) == 2 && srunner_ntests_failed(runner) == 1 &&
                tr_rtype(failures[0]) == CK_ERROR;
    free(failures);
    srunner_free(runner);
    return right ? 0 : 1;
}
C
    if run "$tmp/a"; then
        ok Check "$(pkg-config --modversion check): a test that aborts fails alone, the other passes"
    else
        bad BROKEN Check "a test that aborts takes the others with it" "apt-get install --reinstall check"
    fi
}

check_jansson()
{
    if ! have pkg-config || ! flags=$(pkg-config --cflags --libs jansson 2>/dev/null); then
        bad MISSING Jansson "pkg-config does not find it" "$deps grade"
        return
    fi
    # shellcheck disable=SC2086 # a list of flags
    if build gcc $flags && run "$tmp/a" && said '^{"score": 100}$'; then
        ok Jansson "$(pkg-config --modversion jansson): writes JSON"
    else
        bad BROKEN Jansson "$(first)" "apt-get install --reinstall libjansson-dev"
    fi <<'C'
#include <jansson.h>
int main(void)
{
    json_t *result = json_pack("{s:i}", "score", 100);
    int status = json_dumpf(result, stdout, 0);
    json_decref(result);
    return status;
}
C
}

check_crypto()
{
    if ! have pkg-config || ! flags=$(pkg-config --cflags --libs libcrypto 2>/dev/null); then
        bad MISSING libcrypto "pkg-config does not find it" "$deps grade"
        return
    fi
    # shellcheck disable=SC2086 # a list of flags
    if build gcc $flags && run "$tmp/a"; then
        ok libcrypto "$(pkg-config --modversion libcrypto): makes a SHA-256"
    else
        bad BROKEN libcrypto "$(first)" "apt-get install --reinstall libssl-dev"
    fi <<'C'
#include <openssl/evp.h>
int main(void)
{
    unsigned char sum[32];
    return !EVP_Digest("", 0, sum, NULL, EVP_sha256(), NULL) || sum[0] != 0xe3;
}
C
}

check_dw()
{
    if ! have pkg-config || ! flags=$(pkg-config --cflags --libs libdw 2>/dev/null); then
        bad MISSING libdw "pkg-config does not find it" "$deps grade"
        return
    fi
    # shellcheck disable=SC2086 # a list of flags
    if build gcc $flags && run "$tmp/a" "$tmp/a"; then
        ok libdw "$(pkg-config --modversion libdw): finds a program's own lines"
    else
        bad BROKEN libdw "$(first)" "apt-get install --reinstall libdw-dev"
    fi <<'C'
#include <elfutils/libdw.h>
#include <fcntl.h>
int main(int argc, char **argv)
{
    Dwarf *dwarf = argc == 2 ? dwarf_begin(open(argv[1], O_RDONLY), DWARF_C_READ) : NULL;
    Dwarf_CU *unit = NULL;
    Dwarf_Die die;
    Dwarf_Lines *lines;
    size_t count = 0;
    while (dwarf && dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0)
        if (dwarf_getsrclines(&die, &lines, &count) == 0 && count > 0)
            return 0;
    return 1;
}
C
}
