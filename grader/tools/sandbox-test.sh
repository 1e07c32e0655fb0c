#!/usr/bin/env bash
# sandbox-test.sh: what each tier refuses and allows, tried from inside, by this user and, where this is root, by another.
#
# The tiers that do not work here are named and left out; none always works. Two things are proved apart: that a subject has
# no terminal, on a terminal of its own (script), where the same program outside of the sandbox can type; and that
# LeakSanitizer works in each tier, for which the filter lets a little of ptrace through.
set -u
cd "$(dirname "$0")/../.." || exit 1
tree=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
failed=0

# as_user USER COMMAND...: as we are, or as a user that owns nothing
as_user()
{
    local user=$1
    shift
    if [ "$user" = itself ]; then
        timeout --foreground 60 "$@"
    else
        timeout --foreground 60 setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
    fi
}

# expect WHAT STATUS COMMAND...: it ends with that status
expect()
{
    local what=$1 want=$2 output got
    shift 2
    output=$("$@" 2>&1 </dev/null)
    got=$?
    if [ "$got" = "$want" ]; then
        echo "  ok      $what"
        return
    fi
    echo "  FAILED  $what: status $got instead of $want"
    sed 's/^/          /' <<<"$output"
    failed=$((failed + 1))
}

# on_terminal COMMAND: the command line on a terminal of its own; then whether something was typed there
on_terminal()
{
    # script says that its own input has ended before anything else is there to be read: so more than one look
    printf '%s; status=$?\nfor look in 1 2 3; do read -r -t 0.1 line; [ "$line" = "echo typed" ] && exit 77; done\nexit $status\n' \
        "$1" >"$work/typing"
    script -qec "bash $work/typing" /dev/null
}

gcc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -pthread -o "$work/attempts" grader/sandbox/attempts.c || exit 1
gcc -fsanitize=address -o "$work/leak" -x c - <<'C' || exit 1
#include <stdlib.h>
const char *__asan_default_options(void) { return "exitcode=23"; }
void *volatile kept;
int main(void)
{
    kept = malloc(8);
    kept = NULL;
    return 0;
}
C
grade=build/weft-grade
users=itself
if [ "$(id -u)" = 0 ]; then
    if setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$tree/build/weft-grade" -a -r "$tree/runtime/modules.mk"; then
        users="itself another"
    else
        echo "  left out: the same as another user, who cannot read $tree"
    fi
fi

for user in $users; do
    for tier in bubblewrap landlock none; do
        as_user "$user" $grade confine --sandbox $tier -- /usr/bin/true 2>"$work/why" || {
            echo "  left out: $tier, as $user: $(head -n 1 "$work/why")"
            continue
        }
        expect "$tier, as $user" 0 as_user "$user" $grade confine --sandbox $tier -- "$work/attempts" $tier "$tree/README.md" -
        expect "$tier, as $user, in asan" 0 as_user "$user" $grade confine --variants asan --sandbox $tier -- \
            "$work/attempts" $tier "$tree/README.md" -
        expect "$tier, as $user: LeakSanitizer" 23 as_user "$user" $grade confine --variants asan --sandbox $tier -- "$work/leak"
        # shellcheck disable=SC2016 # for the shell on that terminal
        expect "$tier, as $user: on a terminal" 0 on_terminal \
            "$(declare -f as_user); as_user $user $grade confine --sandbox $tier -- $work/attempts $tier $tree/README.md \$(tty)"
    done
done
# A folder below /usr that is to be hidden, though all of /usr is shown. Landlock cannot take back what a rule for /usr
# gives, so that rule must not be there. The tree is mounted on a folder that is not hidden always.
for tier in bubblewrap landlock; do
    $grade confine --sandbox $tier -- /usr/bin/true 2>/dev/null && unshare -m true 2>/dev/null || continue
    # shellcheck disable=SC2016 # for the inner shell
    in_usr='mount --bind "$0" /usr/games && /usr/games/build/weft-grade confine --sandbox "$1" -- /usr/bin/head -c 1 "$2"'
    expect "$tier: a tree below /usr is hidden" 1 unshare -m sh -c "$in_usr" "$tree" $tier /usr/games/README.md
    expect "$tier: what is beside it is not" 0 unshare -m sh -c "$in_usr" "$tree" $tier /usr/include/stdio.h
done

typing=$(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null || echo 1) # 0: the kernel itself refuses it to everybody
expect "witness: outside, a program has the terminal" $((typing ? 77 : 0)) on_terminal "$work/attempts terminal"

# A grader cannot be traced by its own user, and a submission may run as that one. Root can trace anything.
user=${users##* }
if [ "$user" != itself ] || [ "$(id -u)" != 0 ]; then
    drop=() # not by as_user, so that the process that is started is the grader
    [ "$user" = itself ] || drop=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    "${drop[@]}" $grade run 01 --from solutions --sandbox none >/dev/null 2>&1 &
    running=$!
    until [ -n "$(cat /proc/$running/task/$running/children 2>/dev/null)" ] || ! kill -0 $running 2>/dev/null; do :; done
    for pid in $running $(cat /proc/$running/task/$running/children); do
        expect "a grader cannot be traced" 1 as_user "$user" "$work/attempts" trace "$pid"
    done
    kill $running 2>/dev/null || : # it may have ended by itself
    wait $running || :
fi

# what a result says of it
for tier in landlock none; do
    $grade run 01 --sandbox $tier --variants plain --test ready_at_once --from solutions --json "$work/result.json" >"$work/report" 2>&1
    [ $? = 2 ] && grep -q "does not work here" "$work/report" && continue
    expect "$tier: the result names it, and what it lacks" 0 grep -q "\"tier\": \"$tier\"" "$work/result.json"
    expect "$tier: so does its array" 0 grep -A1 '"missing": \[' "$work/result.json"
    expect "$tier: so does the report" 0 grep -A1 "^Sandbox: $tier: it was asked for. What it does not keep" "$work/report"
done

echo
[ $failed = 0 ] && echo "the sandbox refuses and allows what it says, as: $users"
