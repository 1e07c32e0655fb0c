# shellcheck shell=bash disable=SC2154
# environment.sh: what the environment holds, and where TMPDIR leads. Sourced by part.sh.

# the environment: what it holds is no program, and changes no command
for variable in SHELL ENV MAKEOVERRIDES GRADE_CC CC CFLAGS B IFS; do
    expect 0 "verdict pass" env "$variable=\$(shell touch $ran)\$(touch $ran)" make -s grade LAB=01 TEST=ready_at_once FROM=solutions
done
expect 0 "verdict pass" env POSIXLY_CORRECT=1 CDPATH=/tmp:.:/ IFS=/ LC_ALL=tr_TR.UTF-8 GREP_OPTIONS=-v make -s grade LAB=01 TEST=ready_at_once FROM=solutions
holds "nothing in the environment is run" [ ! -e "$ran" ]
for name in 't $(touch x)`touch x`' "t=q'" $'t\nl' t%s; do
    mkdir -m 755 "$work/$name"
    expect 0 "verdict pass" env TMPDIR="$work/$name" "$grade" run 01 --from solutions --test ready_at_once
done
expect 2 "Set TMPDIR to a folder that exists" env TMPDIR=/nowhere "$grade" run 01 --from solutions
if [ "$(id -u)" = 0 ]; then
    mkdir -p -m 711 "$work/closed/inner" && chmod 700 "$work/closed"
    expect 2 "$work/closed is closed to other users" env TMPDIR="$work/closed/inner" "$grade" run 01 --from solutions --test ready_at_once
fi
