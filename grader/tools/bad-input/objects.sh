# shellcheck shell=bash disable=SC2154
# objects.sh: one text for all variants, the words of the compiler, and the objects that are kept. Sourced by part.sh.

# one text for all variants: what is hidden from a sanitizer is not there at all, or the sanitizer sees it
ends_with() # NAME: a submission whose ready.c ends with the standard input
{
    submission "$1" && cat >>"$work/$1/01-futures/ready.c"
}
ends_with shown-to-all <<C
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || !defined __OPTIMIZE__
#error a variant shows
#endif
_Static_assert(__LINE__ == $(($(wc -l <solutions/01-futures/ready.c) + 4)), "the lines are the file's");
C
one shown-to-all 0 "verdict pass"
ends_with leaks-in-plain <<'C'
#ifndef __SANITIZE_ADDRESS__
#include <stdlib.h>
__attribute__((constructor)) static void lose(void) { void *volatile lost = malloc(100); lost = 0; (void)lost; }
#endif
C
one leaks-in-plain 1 "LeakSanitizer: detected memory leaks"
# the compiler's words are about the file, not about its text: macros and comments count, and each is said once
ends_with warned <<'C'
#define ZERO_OF(x) ((x) / 0)
int wf_warned(int x); int wf_warned(int x) { switch (x) { case 1: x++; /* falls through */ default: return ZERO_OF(x); } }
C
one warned 0 "note: in expansion of macro 'ZERO_OF'"
one warned 0 "$work/warned/01-futures/ready.c:$(grep -n 'default:' "$work/warned/01-futures/ready.c" | cut -d: -f1):"
"$grade" run 01 --from "$work/warned" --test ready_at_once >"$work/said"
holds "a warning is said once" [ "$(grep -c "warning: division by zero" "$work/said")" = 1 ]
holds "a comment says that a case falls through" sh -c "! grep -q fallthrough '$work/said'"
echo '#warning the preprocessor alone says this' | ends_with preprocessed
for _ in "without kept objects" "with them"; do
    one preprocessed 0 "warning: #warning the preprocessor alone says this"
done
# a file that another one includes, by a name that only the compiler sees
submission stale && printf '#define OTHER "map.c"\n#include OTHER\n' >>"$work/stale/01-futures/ready.c"
sed -i '1i #if __INCLUDE_LEVEL__' "$work/stale/01-futures/map.c" && printf '#endif\nstruct wf_map;\n' >>"$work/stale/01-futures/map.c"
run 2 "map_applies_once" stale --test map_applies_once
sed -i 's/return WF_READY;/return WF_PENDING;/' "$work/stale/01-futures/map.c"
run 1 "map_applies_once" stale --test map_applies_once
# a text is kept as long as each file that it was made of is the same, and no longer
made() { find build/objects -type f -printf '%f %i\n' | sort; }
# anew COUNT WHAT: so many entries were made, or made again, since the last time
anew()
{
    "$grade" run x0 --variants plain --from "${from:-solutions}" --test take >/dev/null
    made >"$work/made"
    holds "$2: $1 are made" [ "$(comm -13 "$work/made.before" "$work/made" | wc -l)" = "$1" ]
    mv "$work/made" "$work/made.before"
}
rm -rf build/objects
: >"$work/made.before"
anew 4 "text, words, object and subject"
anew 0 "what is there"
touch runtime/include/weft/exercises/ticket.h # its scenarios too are then newer than the subject
anew 2 "the text of a header that was touched"
: >runtime/include/weft/exercises/first.h
anew 1 "a text whose header may now be found elsewhere"
rm runtime/include/weft/exercises/first.h
mkdir -p "$work/asks/x0-hello" && cp solutions/x0-hello/ticket.c "$work/asks/x0-hello/" && chmod -R a+rX "$work/asks"
echo 'static const char *const made __attribute__((used)) = __TIME__;' >>"$work/asks/x0-hello/ticket.c"
from=$work/asks anew 3 "words, object and subject, but no text that has a time"
# of the scenarios only the graded lab's are built
holds "no other lab's scenarios are built" [ "$(make -s -n -B subject-objects-02-async | grep -o 'grader/suites/[^/ ]*' | sort -u)" = grader/suites/02-async ]
# what is kept is of one tier, is not used when it is damaged, and is bounded
entries() { find build/objects -type f | wc -l; }
rm -rf build/objects
expect 2 "ready_at_once" "$grade" run 01 --variants plain --from solutions --sandbox none --test ready_at_once
kept=$(entries)
if "$grade" run 01 --variants plain --from solutions --test ready_at_once | grep -q 'sandbox bubblewrap'; then
    holds "no object of the tier none is used in bubblewrap" [ "$(entries)" = $((2 * kept)) ]
fi
for entry in build/objects/*; do printf damaged | dd of="$entry" bs=1 seek=200 conv=notrunc status=none; done
expect 0 "verdict pass" "$grade" run 01 --from solutions --test ready_at_once
for digit in 1 2; do # used long ago, and together more than the limit
    truncate -s 200M "build/objects/$(printf %064d $digit)" && touch -d "200$digit-01-01" "build/objects/$(printf %064d $digit)"
done
submission another && echo 'int wf_another;' >>"$work/another/01-futures/map.c"
one another 0 "verdict pass"
holds "what was not used for longest goes first" [ ! -e "build/objects/$(printf %064d 1)" ]
holds "no more goes than must" [ -e "build/objects/$(printf %064d 2)" ]
rm -f "build/objects/$(printf %064d 2)"
# in a folder that is a link to one that holds more, nothing else is touched
mkdir -p "$work/elsewhere/photos" && touch -d 2001-01-01 "$work/elsewhere/letter" "$work/elsewhere/photos/one" "$work/elsewhere/photos"
touch -d 2001-01-01 "$work/elsewhere/$(printf %064d 3).7.tmp"
rm -rf build/objects && ln -s "$work/elsewhere" build/objects
one another 0 "verdict pass"
holds "what is not the cache's stays" [ -e "$work/elsewhere/letter" -a -e "$work/elsewhere/photos/one" ]
holds "what a run left half written goes" [ ! -e "$work/elsewhere/$(printf %064d 3).7.tmp" ]
rm -f build/objects

# memory from elsewhere than wf_alloc(): the file and the functions are named, and a text is no function
submission borrows && patch -s -p1 -d "$work/borrows/01-futures" <grader/mutants/01-futures/01.34-join-asks-malloc.patch
run 1 "free()," borrows --test laws_memory
submission by-version && cat >>"$work/by-version/01-futures/combine.c" <<'END'
void *zz_malloc(unsigned long size);
__asm__(".symver zz_malloc, malloc@GLIBC_2.2.5");
void *wf_kept_anyhow(void);
void *wf_kept_anyhow(void)
{
    return zz_malloc(1);
}
END
run 1 "combine.c calls" by-version --test laws_memory
# what tells a sanitizer to be silent is refused
submission silent && cat >>"$work/silent/01-futures/combine.c" <<'END'
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    int unused; /* a warning of the same file, which hides nothing */
    return "report_bugs=0";
}
END
run 1 "defines __tsan_default_options, by which" silent --test laws_memory
submission names && echo 'const char *const words[] = {"malloc", "free"};' >>"$work/names/01-futures/combine.c"
run 0 "it passes" names --test laws_memory
