# shellcheck shell=sh
# tools.sh: programs beside the compiler, and how much of the machine there is. Sourced by doctor.sh.

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
