#!/bin/sh
# doctor.sh: does once, for real, each thing that grading and developing need, and says whether it works here.
#
# It runs things instead of reading versions: a sanitizer that is installed and catches nothing would make
# every submission look clean. Each line is a status, whether grading requires it, the thing, and what was
# seen; where something does not work, what to do about it follows.
#
# Exit: 0 all that is required works; 1 something required does not.
set -u
# shellcheck disable=SC3045 # not POSIX, but dash and bash have it
ulimit -c 0 # several programs below are meant to crash

# Options of the caller's own runs, which would change what the programs below do.
unset MAKEFLAGS MFLAGS MAKELEVEL ASAN_OPTIONS LSAN_OPTIONS TSAN_OPTIONS UBSAN_OPTIONS
for name in $(env | sed -n 's/^\(CK_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done

case $0 in
    */*) here=$(cd "${0%/*}" && pwd) ;;
    *) here=$PWD ;;
esac
deps=grader/tools/deps.sh
uid=61000 # a user that owns nothing
tmp=''
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT PIPE TERM
tmp=$(mktemp -d) && cd "$tmp" || exit 1 # some programs below write where they are

if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
    green=$(printf '\033[32m') red=$(printf '\033[31m') yellow=$(printf '\033[33m') plain=$(printf '\033[m')
else
    green='' red='' yellow='' plain=''
fi

need=required # what the next lines are: required, optional or info
failures=0

line() # STATUS COLOUR NAME TEXT
{
    printf '%s%-7s%s  %-8s  %-20s  %s\n' "$2" "$1" "$plain" "$need" "$3" "$4"
}

ok() # NAME TEXT
{
    line ok "$green" "$@"
}

bad() # STATUS NAME TEXT REMEDY
{
    if [ "$need" = required ]; then
        failures=$((failures + 1))
        line "$1" "$red" "$2" "$3"
    else
        line "$1" "$yellow" "$2" "$3"
    fi
    hint "$4"
}

hint() # TEXT
{
    printf '%-19s-> %s\n' '' "$1"
}

have() # COMMAND: in PATH
{
    command -v "$1" >/dev/null 2>&1
}

build() # COMPILER FLAG...: the C program on standard input becomes $tmp/a; what was said, $tmp/log
{
    compiler=$1
    shift
    cat >"$tmp/a.c"
    timeout 60 "$compiler" -std=gnu11 -O1 -g "$tmp/a.c" -o "$tmp/a" "$@" >"$tmp/log" 2>&1
}

run() # COMMAND...: its output, $tmp/log
{
    timeout 20 "$@" >"$tmp/log" 2>&1 </dev/null
}

said() # PATTERN: $tmp/log has it
{
    grep -q "$1" "$tmp/log"
}

first() # the first line that tells something in $tmp/log
{
    { grep -m 1 -iE 'error|fatal|cannot|not permitted|denied' "$tmp/log" || head -n 1 "$tmp/log"; } |
        cut -c 1-90
}

in_container()
{
    [ -e /.dockerenv ] || [ -e /run/.containerenv ]
}

ptrace_remedy()
{
    if in_container; then
        echo "start the container with --cap-add SYS_PTRACE --security-opt seccomp=unconfined"
    else
        echo "this needs ptrace: do not run under a debugger or strace; sysctl -w kernel.yama.ptrace_scope=1"
    fi
}

check_make()
{
    # grouped targets came with 4.3
    # shellcheck disable=SC2016 # for make to expand
    printf 'all:; @echo $(MAKE_VERSION) $(filter grouped-target,$(.FEATURES))\n' >"$tmp/makefile"
    run make -f "$tmp/makefile"
    if said grouped-target; then
        ok make "$(sed 's/ .*//' "$tmp/log")"
    elif have make; then
        bad BROKEN make "$(first)" "version 4.3 or later is needed"
    else
        bad MISSING make "not in PATH" "$deps grade"
    fi
}

check_compiler() # COMPILER GROUP
{
    if ! have "$1"; then
        bad MISSING "$1" "not in PATH" "$deps $2"
        return
    fi
    if ! build "$1" -pthread; then
        bad BROKEN "$1" "does not compile: $(first)" \
            "$deps $2; if that is silent: apt-get install --reinstall $1 libc6-dev"
    elif ! run "$tmp/a"; then
        bad BROKEN "$1" "compiles, but the program does not run: $(first)" "is $tmp mounted noexec? set TMPDIR"
    else
        ok "$1" "$("$1" -dumpfullversion 2>/dev/null || "$1" -dumpversion): a gnu11 program compiles and runs"
    fi <<'C'
#include <stdatomic.h>
#include <stdio.h>
static _Thread_local atomic_int value = 7;
int main(void)
{
    return ({ int seen = atomic_load(&value); seen; }) == 7 && puts("hello") >= 0 ? 0 : 1;
}
C
}

catches() # NAME FLAGS PATTERN WHAT: the program on standard input is stopped with PATTERN
{
    # shellcheck disable=SC2086 # a list of flags
    if ! have gcc; then
        bad MISSING "$1" "no gcc" "$deps grade"
    elif ! build gcc $2; then
        bad BROKEN "$1" "does not build: $(first)" "install the sanitizer libraries of gcc"
    elif run "$tmp/a"; then
        bad BROKEN "$1" "did NOT catch $4" "is something set in LD_PRELOAD? else reinstall gcc's sanitizers"
    elif said "$3"; then
        ok "$1" "catches $4"
    elif said ptrace; then
        bad BROKEN "$1" "$(first)" "$(ptrace_remedy)"
    else
        bad BROKEN "$1" "stopped, but not by $4: $(first)" "if memory is limited: ulimit -v unlimited"
    fi
}

check_sanitizers()
{
    catches AddressSanitizer -fsanitize=address 'heap-buffer-overflow' "a heap buffer overflow" <<'C'
#include <stdlib.h>
int main(int argc, char **argv)
{
    (void)argv;
    volatile char *buffer = malloc(8);
    buffer[7 + argc] = 1;
    return 0;
}
C
    catches UBSan '-fsanitize=undefined -fno-sanitize-recover=all' 'signed integer overflow' \
        "a signed overflow" <<'C'
#include <limits.h>
int main(int argc, char **argv)
{
    (void)argv;
    volatile int sum = INT_MAX;
    sum += argc;
    return 0;
}
C
    catches LeakSanitizer -fsanitize=address 'detected memory leaks' "a leak" <<'C'
#include <stdlib.h>
void *volatile kept;
int main(void)
{
    kept = malloc(8);
    kept = NULL;
    return 0;
}
C
}

starts=5 # ThreadSanitizer does not fit every random layout of the address space: it may die at some starts

races() # [COMMAND...]: each start of $tmp/a, by the command, reports a data race
{
    for _ in $(seq $starts); do
        run "$@" "$tmp/a"
        said 'data race' || return
    done
}

check_tsan()
{
    if ! have gcc; then
        bad MISSING ThreadSanitizer "no gcc" "$deps grade"
        return
    fi
    if ! build gcc -pthread -fsanitize=thread; then
        bad BROKEN ThreadSanitizer "does not build: $(first)" "install the sanitizer libraries of gcc"
        return
    fi <<'C'
#include <pthread.h>
static int shared;
static void *add(void *arg)
{
    shared++;
    return arg;
}
int main(void)
{
    pthread_t other;
    pthread_create(&other, NULL, add, NULL);
    shared++;
    pthread_join(other, NULL);
    return 0;
}
C
    bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo '?')
    elsewhere="as root: sysctl -w vm.mmap_rnd_bits=28"
    if races; then
        ok ThreadSanitizer "catches a data race, $starts starts of $starts"
    elif ! said 'unexpected memory mapping'; then
        bad BROKEN ThreadSanitizer "did NOT catch a data race: $(first)" \
            "if memory is limited: ulimit -v unlimited; else reinstall gcc's sanitizers"
    elif races setarch -R; then
        ok ThreadSanitizer "catches a data race as the grader starts it, without randomised addresses"
        hint "elsewhere it dies (vm.mmap_rnd_bits is $bits): setarch -R COMMAND, or $elsewhere"
    else
        bad BROKEN ThreadSanitizer "dies at its start: unexpected memory mapping (vm.mmap_rnd_bits is $bits)" \
            "$elsewhere"
    fi
}

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

bubblewrap_remedy()
{
    if [ "$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null)" = 0 ]; then
        echo "as root: sysctl -w kernel.unprivileged_userns_clone=1"
    elif [ "$(cat /proc/sys/user/max_user_namespaces 2>/dev/null)" = 0 ]; then
        echo "as root: sysctl -w user.max_user_namespaces=10000"
    elif in_container; then
        echo "start the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined" \
            "--security-opt systempaths=unconfined"
    elif [ "$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null)" = 1 ]; then
        echo "as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    else
        echo "this kernel or its security module forbids user namespaces; results will name a weaker sandbox"
    fi
}

landlock_remedy()
{
    if in_container; then
        echo "start the container with --security-opt seccomp=unconfined, if the kernel has Landlock (5.13 or later)"
    else
        echo "Linux 5.13 or later has it; on the kernel's command line, lsm= must name landlock"
    fi
}

confine() # TIER COMMAND...: in that tier, as the grader starts a subject
{
    tier=$1
    shift
    run "$grade" confine --sandbox "$tier" -- "$@"
}

# The namespaces that a program in the sandbox shares with us would be those of the machine.
check_bubblewrap()
{
    namespaces='/proc/self/ns/pid /proc/self/ns/net /proc/self/ns/mnt /proc/self/ns/ipc'
    if ! have bwrap; then
        bad MISSING "sandbox bubblewrap" "not in PATH" "$deps sandbox"
        return
    fi
    # shellcheck disable=SC2086 # a list of words
    confine bubblewrap /usr/bin/readlink $namespaces
    status=$?
    # shellcheck disable=SC2086
    readlink $namespaces >"$tmp/outside"
    if [ $status != 0 ]; then
        bad BROKEN "sandbox bubblewrap" "$(not_working)" "$(bubblewrap_remedy)"
    elif grep -qxFf "$tmp/outside" "$tmp/log"; then
        bad BROKEN "sandbox bubblewrap" "starts, but shares a namespace with us" "$(bubblewrap_remedy)"
    else
        ok "sandbox bubblewrap" "$(tier_words): own pid, net, mount and IPC namespaces"
    fi
}

check_landlock()
{
    if ! confine landlock /usr/bin/true; then
        bad BROKEN "sandbox landlock" "$(not_working)" "$(landlock_remedy)"
    elif confine landlock /usr/bin/head -c 1 /etc/passwd; then
        bad BROKEN "sandbox landlock" "starts, but can read /etc/passwd" "$(landlock_remedy)"
    else
        ok "sandbox landlock" "$(tier_words): no file but /usr and its own can be opened"
    fi
}

not_working() # why not, in the grader's words
{
    sed -n 's/; make doctor.*//; s/.* does not work here: //p' "$tmp/log"
}

tier_words() # what the grader calls the sandbox of the last confine
{
    sed -n 's/^sandbox \(.*\)/\1/p' "$tmp/log"
}

check_sandbox() # by the grader itself, in each tier
{
    need=optional
    grade=$here/../../build/weft-grade
    if ! make -s -C "$here/../.." build/weft-grade >"$tmp/log" 2>&1; then
        bad BROKEN sandbox "not tried: the grader does not build: $(first)" "see what else does not work"
    else
        check_bubblewrap
        check_landlock
        touched=/tmp/weft-doctor.$$ # where any user may write
        if confine none /usr/bin/touch $touched || [ -e $touched ]; then
            rm -f $touched
            bad BROKEN "seccomp" "the filter of system calls does not work here" \
                "allow seccomp() and prctl(PR_SET_SECCOMP) in the container, or use a kernel with CONFIG_SECCOMP_FILTER"
        else
            ok "seccomp" "a filter in every tier: no writing, no sockets, no tracing, no signals to others"
        fi
        need=info
        ok "sandbox none" "always there: $(sed -n 's/^Sandbox:.*from the code: //p' "$tmp/log")"
    fi
    need=required
}

check_gdb()
{
    if ! have gdb; then
        bad MISSING gdb "not in PATH" "$deps debug"
        return
    fi
    if ! build gcc; then
        bad BROKEN gdb "not tried: no program to run, gcc does not work" "see gcc above"
        return
    fi <<'C'
__attribute__((noinline)) int wound(int depth)
{
    return depth * 2;
}
int main(int argc, char **argv)
{
    (void)argv;
    return wound(argc - 1);
}
C
    run gdb -nx -batch -ex 'break wound' -ex run -ex backtrace "$tmp/a"
    if said '^#1 .* in main'; then
        ok gdb "stops a program and prints its backtrace"
    else
        bad BROKEN gdb "$(first)" "$(ptrace_remedy)"
    fi
}

check_command() # NAME GROUP TEXT COMMAND...: it ends with status 0
{
    name=$1 group=$2 text=$3
    shift 3
    if ! have "$1"; then
        bad MISSING "$name" "not in PATH" "$deps $group"
    elif run "$@"; then
        ok "$name" "$text"
    else
        bad BROKEN "$name" "$* fails: $(first)" "apt-get install --reinstall $name"
    fi
}

check_css()
{
    css=/usr/share/doxygen-awesome-css/doxygen-awesome.css
    if [ -s $css ]; then
        ok doxygen-awesome-css "$css"
    else
        bad MISSING doxygen-awesome-css "no $css" "$deps docs"
    fi
}

check_disk()
{
    free=$(df -Pk "$here" | awk 'NR == 2 { print int($4 / 1024) }')
    if [ "$free" -ge 500 ]; then
        ok "disk space" "$free MiB free in the tree"
    else
        bad BROKEN "disk space" "$free MiB free in the tree" "500 MiB are needed: make room, or move the tree"
    fi
}

check_limit() # NAME MINIMUM OPTION: a soft limit by its name in /proc/self/limits
{
    value=$(sed -n "s/^$1  *\([^ ]*\) .*/\1/p" /proc/self/limits)
    if [ "$value" = unlimited ] || [ "$value" -ge "$2" ]; then
        ok "$1" "$value"
    else
        bad BROKEN "$1" "$value" "at least $2 are needed: ulimit $3 $2"
    fi
}

need=required
check_make
check_compiler gcc grade
check_sanitizers
check_tsan
check_check
check_jansson
check_crypto
check_sandbox
check_disk
check_limit "Max processes" 512 -u
check_limit "Max open files" 256 -n
need=optional
check_compiler clang check
check_command patch check "there" patch --version
check_command valgrind check "runs a program" valgrind -q --error-exitcode=1 /usr/bin/true
check_gdb
check_command doxygen docs "there" doxygen --version
printf 'digraph { lab -> grade }\n' >"$tmp/a.dot"
check_command graphviz docs "draws" dot -Tsvg "$tmp/a.dot"
check_css
check_command stress-ng soak "loads a processor" stress-ng --cpu 1 --cpu-ops 1
check_command clang-format expand "there" clang-format --version
check_command clang-tidy dev "there" clang-tidy --version
need=info
ok processors "$(nproc)"

if [ $failures = 0 ]; then
    echo "doctor: everything that grading requires works here"
else
    echo "doctor: $failures required of the above do not work here"
    exit 1
fi
