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

for part in compilers libraries sandbox tools; do
    # shellcheck source=/dev/null
    . "$here/doctor/$part.sh"
done

need=required
check_make
check_compiler gcc grade
check_sanitizers
check_tsan
check_check
check_jansson
check_crypto
check_dw
check_command patch grade "there" patch --version
check_sandbox
check_disk
check_limit "Max processes" 512 -u
check_limit "Max open files" 256 -n
need=optional
check_compiler clang check
check_command valgrind check "runs a program" valgrind -q --error-exitcode=1 /usr/bin/true
check_gdb
check_command doxygen docs "there" doxygen --version
printf 'digraph { lab -> grade }\n' >"$tmp/a.dot"
check_command graphviz docs "draws" dot -Tsvg "$tmp/a.dot"
check_css
check_command stress-ng soak "loads a processor" stress-ng --cpu 1 --cpu-ops 1
check_command clang-format-14 check "there" clang-format-14 --version
check_command clang-format expand "there" clang-format --version
check_command clang-tidy-14 check "there" clang-tidy-14 --version
need=info
ok processors "$(nproc)"

if [ $failures = 0 ]; then
    echo "doctor: everything that grading requires works here"
else
    echo "doctor: $failures required of the above do not work here"
    exit 1
fi
