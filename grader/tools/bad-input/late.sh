# shellcheck shell=bash disable=SC2154
# late.sh: a judge that the machine keeps from looking says nothing of the submission. Sourced by part.sh.

# It spins for a second before it answers, which is in time. Meanwhile the judge is stopped for longer than any answer may take.
submission spins && sed -i '1i #include <time.h>' "$work/spins/01-futures/ready.c" && cat >>"$work/spins/01-futures/ready.c" <<'C'
__attribute__((constructor)) static void spin(void)
{
    while (clock() < CLOCKS_PER_SEC)
        ;
}
C
cases=$((cases + 1))
chmod -R a+rX "$work"
"$grade" run 01 --variants plain --from "$work/spins" --test ready_at_once --json "$work/late.json" >"$work/said" 2>&1 &
outer=$!
judge=
# The judge of the one test is a child of the inner process, and has the sandbox below it. Compilers have none of their own.
children() { cat "/proc/$1/task/$1/children" 2>/dev/null; }
is() { [ "$(cat "/proc/$2/comm" 2>/dev/null)" = "$1" ]; }
find_judge()
{
    local inner child
    for inner in $(children $outer); do
        for judge in $(children "$inner"); do
            for child in $(is weft-grade "$judge" && children "$judge"); do
                ! is bwrap "$child" || return 0
            done
        done
    done
    return 1
}
for _ in $(seq 100); do
    ! find_judge || break
    sleep 0.1
done
kill -STOP "$judge" && sleep 21 && kill -CONT "$judge"
wait $outer
if ! grep -q '"status": "pass"' "$work/late.json"; then
    failures=$((failures + 1))
    echo "a judge that was stopped for 21 s fails the submission, or was not found:"
    cat "$work/said"
fi
