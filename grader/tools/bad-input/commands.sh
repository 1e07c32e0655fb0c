# shellcheck shell=bash disable=SC2154
# commands.sh: folders, tokens, picks, tests, clauses and exercises that are none, or not as they must be. Sourced by part.sh.

# A folder that is called like a program is graded like any other, and the command that its report offers can be pasted.
named="$work/a  b'\"\\#\$(shell touch $ran)\`touch $ran\`; touch $ran %"
mkdir -p "$named" && cp -r solutions/01-futures "$named/" && sed -i 's/= value/= value + 1/' "$named/01-futures/ready.c"
chmod -R a+rX "$work"
make -s grade LAB=01 TEST=ready_at_once FROM="$named" >"$work/said" 2>&1
offered=$(sed -n 's/^ *replay *//p' "$work/said")
expect 0 "observed  out is" bash -c "$offered"
expect 0 "observed  out is" sh -c "$offered"
cp runtime/examples/async_function.c "$named/x.c"
expect 0 "labs of your own: 01" make -s lib OWN=01 FROM="$named"
expect 0 "live bytes: 0" make -s run EXAMPLE=first_future OWN=01 FROM="$named"
expect 0 "switch" make -s expand FILE="$named/x.c"
expect 0 "x.c" make -s frames FILE="$named/x.c"
for name in $'a\nb' $'\xff'; do
    cp -r "$named/01-futures" "$work/$name"
    expect 1 "No command can be offered" "$grade" run 01 --test ready_at_once --from "$work/$name"
done
cases=$((cases + 1))
if [ -e "$ran" ]; then
    failures=$((failures + 1))
    echo "a folder's name was run: $named"
fi

# A token of another alphabet is none of the engine's, and no command is offered with it.
submission forged && cp grader/hostile/forged-token/ready.c "$work/forged/01-futures/"
expect 1 "the subject sends another text as the token" "$grade" run 01 --variants interleave --test explore_unpark --from "$work/forged"
expect 0 "" sh -c "'$grade' run 01 --variants interleave --test explore_unpark --from '$work/forged' | { ! grep TOKEN=; }"
expect 2 "the token is a word like" "$grade" trace 01 --test explore_unpark --token "w-1s1u2:A'"

# One parser of picks: the grader's.
for own in 1 01,02 01-futures "2 1" all; do
    expect 0 "live bytes: 0" make -s run EXAMPLE=first_future OWN="$own" FROM=solutions
done
for command in "run EXAMPLE=first_future" lib "model FILE=grader/interleave/examples/ticket.c" bench "grade LAB=01"; do
    # shellcheck disable=SC2086 # a list of words
    expect 2 "OWN names lab 99, which does not exist. It is all, or numbers of: 01-futures" make -s $command OWN=99
done
expect 2 "LABS names lab 99" make -s accept LABS="01 99"
expect 2 "OWN names x0-hello, an exercise" make -s run EXAMPLE=first_future OWN="01 x0"
for lab in x0 X0 x0-hello; do
    expect 0 "score 100 of 100" "$grade" run "$lab" --from solutions
done
for lab in x "" - 0 x00 x0- x0-other 01x; do
    expect 2 "there is no lab $lab" "$grade" run "$lab"
done
expect 2 "does not exist. FROM names" make -s run EXAMPLE=first_future OWN=01 FROM="$work/nowhere"
expect 2 "01.T9 is not written yet: wf_block_on (labs/01-futures/block_on.c:" make -s run EXAMPLE=first_future OWN=1
expect 2 "Which example? EXAMPLE= is one of: across_threads" make -s run EXAMPLE=nonsense
expect 2 "VARIANT= is one of: plain asan tsan" make -s run EXAMPLE=first_future VARIANT=fast
expect 2 "RUNS is a number" make -s soak LAB=01 RUNS=many
expect 2 "ROUNDS is a number from 1 on, not '0'" make -s bench ROUNDS=0
expect 2 "nothing has a name of GROUP='nothing': there are spawn, yield, wake" make -s bench GROUP=nothing

expect 2 "there is no lab 99" "$grade" run 99
expect 2 "which lab?" "$grade" run
expect 2 "there is no command fly" "$grade" fly
expect 2 "has no test, clause or task nonsense" "$grade" run 01 --test nonsense
expect 2 "has no test, clause or task T99" "$grade" run 01 --test T99
expect 2 "the seed is a number" "$grade" run 01 --seed banana
# An exercise on orders: what may change, and what means nothing.
orders=solutions/x1-orders/orders.c
# orders NAME PATTERN SED: the solution with that change is refused with those words
orders()
{
    mkdir -p "$work/$1" && sed "$3" $orders >"$work/$1/orders.c"
    chmod -R a+rX "$work"
    cmp -s $orders "$work/$1/orders.c" && failures=$((failures + 1)) && echo "the change $1 changes nothing"
    expect 1 "$2" "$grade" run x1 --test x1.1 --from "$work/$1"
}
orders other-code "only orders, fences and comments may change" 's/return object;/return 0;/'
orders consume "first difference is at: memory_order_consume" 's/memory_order_acquire/memory_order_consume/'
orders two-on-a-line "has two atomic operations" 's/memory_order_release);$/& atomic_thread_fence(memory_order_release);/'
orders hidden-line "ends with a backslash" 's/^    box->letter = letter;/\/\/ \\\n&/'
orders fence-for-a-statement "A fence stands behind ; or a brace" 's/^    if (object)$/&\n        atomic_thread_fence(memory_order_release);/'
orders code-on-a-directive "first difference is at: bool" 's/^#include .*/& bool x;/'
orders forbidden-order "does not compile" '/&box->full, 1/s/release/acquire/'
orders cut-off "the end of file" '/^bool pair_read/,$d'
expect 1 "relaxed suffices" "$grade" run x1 --test x1.1 --hint
expect 2 "weaken_pair is a search through many executions" "$grade" debug x1 --test weaken_pair

# An exercise whose files are models: they are plain C, and name nothing but what a model needs.
# model NAME PATTERN SED: the solution with that change is refused with those words
model()
{
    mkdir -p "$work/$1" && sed "$3" solutions/x2-model/model.c >"$work/$1/model.c"
    chmod -R a+rX "$work"
    cmp -s solutions/x2-model/model.c "$work/$1/model.c" && failures=$((failures + 1)) && echo "the change $1 changes nothing"
    expect 1 "$2" "$grade" run x2 --test x2.5 --from "$work/$1"
}
begins='s/^static void begin(void)$/'
model constructor "there is no __attribute__ in it" "${begins}__attribute__((constructor)) &/"
model brackets "there is no [[ in it" "${begins}[[gnu::constructor]] &/"
model digraph "there is no <: in it" "${begins}<:<:gnu::constructor:>:> &/"
model assembly "there is no asm in it" 's/^    begin();$/    asm("syscall");/'
model pasted "there is no __CONCAT in it" "${begins}__CONCAT(__attri, bute__)((constructor)) &/"
model raw-string "there is no raw string in it" '1i static const char *const hidden = R"x(" /* )x";'
model callers "there is no __builtin_return_address in it" 's/^    begin();$/    (void)__builtin_return_address(1);\n&/'
model its-place "there is no pointer_sleep in it" '$a static const void *const *place = (const void *const *)\&pointer_sleep;'
model define "no directive but #include" '1i #define CALL(name) __builtin_##name'
model digraph-of-define "there is no %: in it" '1i %:define CALL exit'
model other-header "no directive but #include" 's/^#include <interleave.h>$/&\n#include <unistd.h>/'
model hidden-line "ends with a backslash" 's/^    begin();$/\/\/ \\\n&/'
model unknown-call "asks for writev. A model has" 's/^    begin();$/    extern long writev(int, const void *, int);\n    writev(4, 0, 0);/'
model dispatcher "asks for ring_reference_wf_run_queue_init. A model has" 's/^    begin();$/    extern char ring_reference_wf_run_queue_init[];\n    (void)*(volatile char *)ring_reference_wf_run_queue_init;/'
model all-models "there is no __start_interleave_models in it" 's/^    begin();$/    extern char __start_interleave_models[];\n    (void)*(volatile char *)__start_interleave_models;/'
model outside "asks for open, write. A model has" 's/^static void begin(void)$/ssize_t write(int, const void *, size_t);\nint open(const char *, int, ...);\nstatic void look(uint64_t value, char *text, size_t size)\n{\n    *text = (char)(value + size);\n    (void)!write(open("\/proc\/self\/cmdline", 0), text, 1);\n}\n\n&/; s/^    begin();$/    interleave_name_with(\&ring.head, "head", look);\n&/'
model for-others "defines strcmp for other files" '$a int strcmp(const char *a, const char *b) { return a != b; }'
model no-model "model.c has no MODEL(sleep, ...)" 's/^MODEL(sleep,/MODEL(sleeps,/'
model same-name "there are several models called explore_sleep" '$a MODEL(explore_sleep, "-", "mine") { }'
model exits "code under test must not end the program" 's/^    publish();$/    exit(0);/'
model crashes "what is wrong with the code is found by" 's/^    publish();$/    *(volatile int *)8 = 1;/'
expect 0 "x2-catch_sleep_load.html" "$grade" trace x2 --test catch_sleep_load --from solutions

expect 2 "OWN names lab 42" "$grade" run 01 --own 42
expect 2 "there is no variant fast" "$grade" run 01 --variants fast
expect 2 "--sandbox is bubblewrap, landlock or none, not fortress" "$grade" run 01 --sandbox fortress
expect 2 "confine needs a command" "$grade" confine
expect 2 "/usr/bin/nowhere: No such file" "$grade" confine -- /usr/bin/nowhere
expect 2 "there is no clause 01.99" "$grade" explain 01.99
expect 2 "there is no lab '99'; there is: 01-futures" grader/tools/tasks.sh 99
expect 0 "A map becomes READY in the same poll as its inner future" "$grade" explain 01.3
expect 0 "planned: $(. grader/tools/facts.sh && labs planned | head -n 1)" "$grade" list
# a clause that cannot be read is said to stand where it stands, with what is wrong
mkdir -p "$work/course/build" "$work/course/grader" && cp -r runtime "$work/course/" && cp grader/variants.mk "$work/course/grader/"
cp "$grade" "$work/course/build/"
clause() # WHAT CLAUSE: of the header that ends with it
{
    { cat runtime/include/weft/error.h; printf '/** %s */\n' "$2"; } >"$work/course/runtime/include/weft/error.h"
    expect 2 "error.h:$(($(wc -l <runtime/include/weft/error.h) + 1)): a clause is @clause{NN.k,points,\"text\"}. Of this one $1" "$work/course/build/weft-grade" list --table
}
clause "its number is not" '@clause{1.5,5,"text"}'
clause "its number is not" '@clause 01.5 is no text'
clause "its points are no number" '@clause{01.99,,"text"}'
clause "its points are more than a lab has" '@clause{01.99,4294967300,"text"}'
clause "its text does not begin" '@clause{01.99,5,text}'
clause "its text does not end" '@clause{01.99,5,"text'
clause "it is about a given part, and has points" '@clause{G.99,5,"text"}'
{ cat runtime/include/weft/error.h; echo '/** @clause{01.1,5,"text"} */'; } >"$work/course/runtime/include/weft/error.h"
expect 2 "clause 01.1 is stated twice, in " "$work/course/build/weft-grade" list --table
expect 0 "explores  a park that returns has seen" "$grade" explain explore_unpark
expect 2 "there is no lab 99" "$grade" selftest --lab 99
expect 2 "has no test, clause or task nowhere" "$grade" run 01 --mutant nowhere

# A mutant's own test runs in each variant that is asked for; of the others as many as make half of them, in plain.
expect 2 "half of the mutant's other tests have passed" "$grade" run 01 --from solutions --mutant join_drop
expect 2 "of a mutant's other tests only plain is" "$grade" run 01 --from solutions --mutant join_drop
"$grade" run 01 --from solutions --mutant join_drop --variants plain,asan --json "$work/half.json" >/dev/null
others=$(($("$grade" list --table | awk '$1 == "test" && $2 == "01-futures" && $5 ~ /plain/' | wc -l) - 1))
holds "the mutant's test in two variants, and half of $others others in plain" \
    [ "$(grep -c '^     "status": "pass"' "$work/half.json")" = $((2 + (others + 1) / 2)) ]

# What is asked for is what the last lines speak of, and nothing of make's stands below a report.
expect 0 "only T1, 6 of 6 points, clauses passed 2 of 2, verdict pass" "$grade" run 01 --from solutions --test T1
expect 0 "only 01.T1, 6 of 6 points, clauses passed 2 of 2, verdict pass" "$grade" run 01 --from solutions --test 01.T1
expect 0 "only run_idle, one of 4 tests of clause 03.1: it passes" "$grade" run 03 --from solutions --test run_idle
expect 1 "Begin with labs/04-executor/README.md, task T1: " "$grade" run 04 --variants plain
expect 1 "04.17   0/3  open " "$grade" run 04 --variants plain
expect 2 "T1 is a task: name one test" "$grade" debug 01 --test T1
expect 0 "open 2, verdict fail" make -s grade LAB=01 TEST=T1
cases=$((cases + 2))
if make -s grade LAB=01 TEST=T1 FROM=labs 2>&1 | grep 'make' | grep -v ' make grade\| make debug\|^make:.*directory'; then
    failures=$((failures + 1))
    printf 'make has a line of its own below a report\n\n'
fi
if "$grade" explain 01.5 | grep mutant; then
    failures=$((failures + 1))
    printf 'explain tells a student of mutants\n\n'
fi

expect 2 "run explores them all" "$grade" run 01 --test explore_unpark --token x
expect 2 "explore_unpark is a model: name the execution" "$grade" debug 01 --test explore_unpark
expect 2 "trace needs --test" "$grade" trace 01
expect 2 "has no model join_drop. It has:" "$grade" trace 01 --test join_drop
expect 2 "Which model?" make -s model FILE="$work/nowhere.c"
printf '#include <unistd.h>\n#include "interleave.h"\nstatic char text[8], swapped[8];\nMODEL(clears, "-", "") { swab(text, swapped, 8); }\n' >"$work/unknown.c"
expect 2 "the model calls swab(), which the checker does not know" make -s model FILE="$work/unknown.c"
printf '#include "interleave.h"\nstatic int n;\nMODEL(assembly, "-", "adds by the processor")\n{\n    __asm__ volatile("lock; addl $1, %%0" : "+m"(n));\n}\n' >"$work/assembly.c"
expect 2 "assembly.c:5: inline assembly that may touch memory" make -s model FILE="$work/assembly.c"
expect 2 "BUG= is a number" make -s model FILE=grader/interleave/examples/ticket.c BUG=x
expect 2 "from 1 to 1000000" make -s model FILE=grader/interleave/examples/ticket.c SECONDS=x

expect 2 "does not exist" "$grade" run 01 --from "$work/nowhere"

expect 0 "make help-all shows" make
expect 0 "make check " make help-all

expect 2 "which file?" grader/tools/expand.sh ""
expect 1 "there is no file '$work/nowhere.c'" grader/tools/expand.sh "$work/nowhere.c"
expect 1 "nothing to expand" grader/tools/expand.sh runtime/examples/first_future.c
expect 1 "there is no file '$work/nowhere.c'" grader/tools/frames.sh "$work/nowhere.c"
expect 1 "no future is defined" grader/tools/frames.sh runtime/given/future.c
