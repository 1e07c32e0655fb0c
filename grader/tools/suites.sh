#!/bin/sh
# suites.sh: what a lab's suite declares and shows.
#
# By its table of steps (grader/support/step_table.h): two steps of one name, a domain without edges, an argument of no domain, a
#   step that the scenario does not do, one that is not in the table, more steps than a table may have, and an act with other
#   arguments than its step do not compile, and the first error says so. What a small table's steps send, write in the trace and
#   count, and what is said of acts that are none, is what it should be (step_lines.c).
# By its table of futures (grader/src/laws.h): a future without a line of mistakes, or with two, a line of none, a mistake that is
#   left out without a reason, one of a kind alone that nothing makes, a future that nothing builds, one that is built and not in the
#   table, and futures that no test tries do not compile, with the same words first.
# By symbols: a suite is one object (grader/grader.mk), in which nothing is global but its table, suite_NN_name.
#
# Exit: 1 a bad table compiles, or for another reason does not; a suite shows another name, or not its own.
set -eu
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/../.."
. grader/tools/facts.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bad=0 tables=0 suites=0

fail()
{
    echo "suites: $*" >&2
    bad=$((bad + 1))
}

# table DOMAINS STEPS FUNCTIONS ACTS: a lab's suite and its scenario, in one file.
table()
{
    cat <<END
#include "grader/src/judge_steps.h"
#include "scenario.h"
#define NO_EDGES(EDGE)
#define LAB_DOMAINS(NUMBERS, WORDS, TOLD) $1
#define LAB_STEPS(STEP, ARG) $2
STEP_TABLE(LAB_DOMAINS, LAB_STEPS)
STEP_TABLE_DEFINE(LAB_DOMAINS, LAB_STEPS, NULL)
$3
STEP_DISPATCH(perform, LAB_STEPS)
struct step_reply act(const struct channel_command *command);
struct step_reply act(const struct channel_command *command)
{
    return perform(command->operation, command->arguments);
}
struct judge_reply test(struct judge *judge);
struct judge_reply test(struct judge *judge)
{
    return DO(judge, poll, .waker = DRAW(judge, poll, waker));
}
struct judge_reply test_acts(struct judge *judge);
struct judge_reply test_acts(struct judge *judge)
{
    return CARRY(judge, ACT(poll, 0), ACT(poll, 1)$4);
}
END
}

# compile COMPILER: the table at hand.
compile()
{
    "$1" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Werror -I. -Igrader/support -Iruntime/include \
        -c "$scratch/table.c" -o "$scratch/table.o" >"$scratch/log" 2>&1
}

one_kind='static const struct kit_kind one_kind = {.name = "one"};'

# laws FUTURES MISTAKES OWN FUNCTIONS KINDS ROWS: a lab's laws, judge's and subject's half in one file.
laws()
{
    cat <<END
#include "grader/src/laws.h"
#include "kit_subject.h"
#define LAB_FUTURES(FUTURE) $1
#define LAB_MISTAKES(MISTAKES) $2
#define LAB_OWN_MISTAKES(OWN) $3
LAWS_OF_LAB("01.34")
const struct judge_test tests[] = {${6-LAWS_ROWS}{NULL, NULL, 0, NULL}};
$4
KIT_OWN_MISTAKES(LAB_OWN_MISTAKES);
${5-$one_kind}
KIT_KINDS(LAB_FUTURES);
END
}

# must_fail WORDS DOMAINS STEPS FUNCTIONS
must_fail()
{
    words=$1
    shift
    table "$@" "${4-}" >"$scratch/table.c"
    each_must_fail
}

# must_fail_laws WORDS FUTURES MISTAKES OWN FUNCTIONS
must_fail_laws()
{
    words=$1
    shift
    laws "$@" >"$scratch/table.c"
    each_must_fail
}

each_must_fail()
{
    for compiler in $compilers; do
        tables=$((tables + 1))
        if compile "$compiler"; then
            fail "$compiler takes a table that is wrong: $words"
        elif ! grep -m 1 'error: ' "$scratch/log" | grep -q "$words"; then
            fail "$compiler rejects a table, but its first error does not say: $words"
            cat "$scratch/log" >&2
        fi
    done
}

compilers=
for compiler in gcc clang; do
    if command -v "$compiler" >/dev/null; then
        compilers="$compilers $compiler"
    else
        echo "suites: there is no $compiler here: not verified with it" >&2
    fi
done

domains='NUMBERS(WAKER, 0, 1)'
poll='STEP(poll, "polls with waker {waker}", ARG(waker, WAKER))'
on_poll='static struct step_reply on_poll(const struct step_poll *step) { return (struct step_reply){step->waker, 0}; }'
other_drop='static struct step_reply on_drop(const struct step_poll *step) { return (struct step_reply){step->waker, 0}; }'
steps=$(seq 250 | sed 's/.*/STEP(drop&, "drops", )/' | xargs -d '\n')
on_steps=$(seq 250 | sed 's/.*/static struct step_reply on_drop&(const struct step_drop& *step) { (void)step; return STEP_DONE; }/')
many=$(seq -s ' ' -f 'ARG(waker%g, WAKER)' 32)

table "$domains" "$poll" "$on_poll" "" >"$scratch/table.c"
for compiler in $compilers; do
    compile "$compiler" || { fail "$compiler rejects a table that is right:"; cat "$scratch/log" >&2; }
done
must_fail 'two_steps_are_called_poll' "$domains" "$poll $poll" "$on_poll"
must_fail 'the domain EMPTY has no edges' "$domains NUMBERS(EMPTY)" "$poll" "$on_poll"
must_fail 'the domain EMPTY has no edges' "$domains TOLD(EMPTY, tell)" "$poll" "$on_poll"
must_fail 'the domain EMPTY has no edges' "$domains WORDS(EMPTY, NO_EDGES)" "$poll" "$on_poll"
must_fail 'EDGES_OF_WAKERS' "$domains" 'STEP(poll, "polls", ARG(waker, WAKERS))' "$on_poll"
must_fail 'on_drop' "$domains" "$poll STEP(drop, \"drops\", )" "$on_poll"
must_fail 'on_drop' "$domains" "$poll" "$on_poll $other_drop"
must_fail 'the step poll has more arguments than a command holds' "$domains" \
    "STEP(poll, \"polls\", ARG(waker, WAKER) $many)" "$on_poll"
must_fail 'the act poll has other arguments than its step' "$domains" "$poll" "$on_poll" ', ACT(poll)'
must_fail 'the act poll has other arguments than its step' "$domains" "$poll" "$on_poll" ', ACT(poll, 0, 1)'
must_fail 'the table has more steps than STEPS_MAX' "$domains" "$poll $steps" "$on_poll $on_steps"
must_fail 'step_dream' "$domains" "$poll" "$on_poll" ', ACT(dream, 0)'

one='FUTURE(one, WAITS_FOR_NOTHING, NO_LEAVES, STAYS, NO_OUTPUT)'
of_one='MISTAKES(one, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)'
own='OWN(one, too_early, "01.13", "", WHEN_ALIVE, ANY_FORM, "made too early")'
too_early='static void one_too_early(struct kit_object *object) { (void)object; }'
laws "$one" "$of_one" "$own" "$too_early" >"$scratch/table.c"
for compiler in $compilers; do
    compile "$compiler" || { fail "$compiler rejects laws that are right:"; cat "$scratch/log" >&2; }
done
must_fail_laws 'mistakes_of_two' "$one FUTURE(two, WAITS_FOR_EVER, NO_LEAVES, STAYS, NO_OUTPUT)" "$of_one" "$own" "$too_early"
must_fail_laws 'redefinition of .mistakes_of_one' "$one" "$of_one $of_one" "$own" "$too_early"
must_fail_laws 'mistakes_of_two' "$one" "$of_one MISTAKES(two, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)" "$own" "$too_early"
must_fail_laws 'a mistake is left out without a reason' "$one" 'MISTAKES(one, LEFT_OUT(""), MAY_MOVE, ANYWHERE, NO_PLACES)' "$own" "$too_early"
must_fail_laws 'LAW_two' "$one" "$of_one" 'OWN(two, too_early, "01.13", "", WHEN_ALIVE, ANY_FORM, "made too early")' "$too_early"
must_fail_laws 'one_too_early' "$one" "$of_one" "$own" ""
must_fail_laws 'one_kind' "$one" "$of_one" "$own" "$too_early" ""
must_fail_laws 'two_kind' "$one" "$of_one" "$own" "$too_early" 'static const struct kit_kind one_kind, two_kind;'
must_fail_laws 'laws_' "$one" "$of_one" "$own" "$too_early" 'static const struct kit_kind one_kind;' ''

# What is sent stands behind the "=": the operation, the arguments. A step within another one comes behind its arguments, and so do
# acts, each with its operation.
objects=build/obj/grader/grader
gcc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Werror -Iruntime/include -Igrader/support grader/tools/step_lines.c \
    $objects/src/judge_steps.o $objects/src/util.o $objects/src/foreign.o $objects/interleave/engine/page_markup.o \
    -ljansson -o "$scratch/lines"
cat >"$scratch/expected" <<'END'
the clones = 4
    event 5
polls with waker 3, no room = 2 3 -1
    event 5
the next step rides: 1
(in the drop: polls with waker 7, 16 bytes) = 5 1 2 7 16
    event 5
the next step rides: 0
is READY with 2147483647 = 3 2147483647
    event 5
is READY with -2147483648 = 3 -2147483648
    event 5
is READY with -2 = 3 -2
    event 5
polls with waker 0, 0 bytes = 2 0 0
    event 5
the next waker drawn: 6
waker 7: the clones; another thread polls with waker 3, 1 bytes; comes in the poll = 7 7 4 8 2 3 1 9 0
    event 5
acts read: 2 5 8 0 3 7
acts read: the last act of a step is not whole
acts read: a step carries too many acts
acts read: an act is no step of the table
acts read: an act is no step of the table
acts read: an act is no step of the table
acts read: an act is no step of the table
acts read: an act is no step of the table
acts read: an act is no step of the table
acts read: an act is no step of the table
acts read: an act has more than ACT_ARGUMENTS_MAX arguments
{"steps": {"poll": 4, "ready": 3, "clones": 2, "at": 1, "wrong": 0, "program": 1, "aside": 1, "point": 1, "wide": 0}, "WAKER": {"0": 1, "7": 2}, "POINT": {"AT_POLL": 1, "AT_DROP": 1}, "SIZE": {"-1": 1, "1": 1}, "VALUE": {"2147483647": 1, "-2147483648": 1}}
grader error: the text of the step wrong has {wakker}, which is none of its arguments
grader error: no step of the lab's table has the number 1
grader error: no step of the lab's table has the number 11
grader error: no step of the lab's table has the number 4294967295
END
{ "$scratch/lines" && for what in text 1 11 -1; do "$scratch/lines" $what; done; } >"$scratch/lines.txt"
diff "$scratch/expected" "$scratch/lines.txt" >&2 || fail "the steps of grader/tools/step_lines.c send, write or count something else"

for lab in $(labs) $(labs beside); do
    suites=$((suites + 1))
    object=build/obj/grader/suite-$lab.o
    shown=$(nm --defined-only -g "$object" | awk '{ print $3 }')
    [ "$shown" = "suite_$(echo "$lab" | tr - _)" ] || fail "$object shows: $shown"
done

[ "$bad" = 0 ] || exit 1
echo "suites: $tables wrong tables of steps and of laws do not compile, in words, and a right one does what it says; each of $suites suites shows nothing but its own table"
