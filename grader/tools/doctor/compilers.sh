# shellcheck shell=sh
# compilers.sh: make, compilers, and each sanitizer on a program that it must stop. Sourced by doctor.sh.

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
