# shellcheck shell=bash disable=SC2154
# kept.sh: passes that are kept: what they depend on, entries that are none, folders that are no use. Sourced by part.sh.

cache=$work/cache
entries=$cache/weft/passed
with_cache() { env XDG_CACHE_HOME="$cache" "$@"; }
keep() { printf '%s' "$2" | with_cache "$grade" keep "$1"; }
kept() # STATUS TEXT WHAT DEPENDS
{
    printf '%s' "$4" >"$work/depends"
    expect "$1" "$2" sh -c "XDG_CACHE_HOME='$cache' '$grade' kept '$3' <'$work/depends'"
}
kept 1 "" "a step" "some text"
holds "a pass can be kept" keep "a step" "some text"
kept 0 "" "a step" "some text"
kept 1 "" "a step" "some texT"
kept 1 "" "another step" "some text"
expect 2 "what is it that passed?" "$grade" kept

entry=$(echo "$entries"/*)
for damage in "weft.kept/1" "weft.kept/1\na step\n0123\nmore"; do
    printf '%b' "$damage\n" >"$entry"
    kept 1 "$entry is damaged: it is run again" "a step" "some text"
    kept 1 "" "a step" "some text" # it is gone, and said once
    keep "a step" "some text"
done
for other in "weft.kept/2\na step" "" "\0\0\0\0"; do
    printf '%b' "$other" >"$entry"
    kept 1 "is of another format, or no file of the check's: it is run again" "a step" "some text"
done
keep "a step" "some text" && mv "$entry" "$work/elsewhere.entry" && ln -s "$work/elsewhere.entry" "$entry"
kept 1 "no file of the check's: it is run again" "a step" "some text"
holds "a link is removed, and not what it names" [ -s "$work/elsewhere.entry" ]

# A folder that is no use costs a line and a run.
chmod g+w "$entries" && keep "a step" "some text" 2>/dev/null
kept 1 "can write to it (chmod go-w): no pass is kept, everything is run" "a step" "some text"
chmod g-w "$entries"
touch "$work/file"
expect 1 "no pass is kept" env XDG_CACHE_HOME="$work/file" "$grade" kept "a step"
expect 1 "neither XDG_CACHE_HOME nor HOME is a folder's full name: no pass is kept" env -u HOME XDG_CACHE_HOME=here "$grade" kept "a step"
if mkdir -p "$work/cache-full" && mount -t tmpfs -o nr_inodes=3 tmpfs "$work/cache-full" 2>/dev/null; then
    mkdir -p "$work/cache-full/weft/passed"
    expect 0 "No space left on device: what passes from here on is run again" env XDG_CACHE_HOME="$work/cache-full" "$grade" keep "a step"
    umount "$work/cache-full"
fi

# It is bounded: what was not used for longest goes.
for number in $(seq 8200); do printf '%s/%064d\n' "$entries" "$number"; done | xargs touch -d 2001-01-01
touch "$entries/photo" && keep "the newest" "text"
holds "no more than 8192 are kept" [ "$(find "$entries" -type f -name '????????????????????????????????*' | wc -l)" = 8192 ]
kept 0 "" "the newest" "text"
holds "another's file stays" [ -e "$entries/photo" ]

# A case of the selftest is run again when what it depends on is another, and when --fresh asks for it.
case_of() { expect 0 "$1" env XDG_CACHE_HOME="$cache" "$grade" selftest --kept "$work/key" "${@:2}" x0.1-returns; }
expect 2 "cannot read $work/nowhere/machine" "$grade" selftest --kept "$work/nowhere" x0.1-returns
grader/tools/machine.sh "$work/key"
case_of "0 were kept, 1 run"
case_of "1 were kept, 0 run"
case_of "0 were kept, 1 run" --fresh
case_of "0 were kept, 1 run" --whole
# the solution by itself is graded each time: in plain, where the rest is kept
alone() { expect 0 "$1" env XDG_CACHE_HOME="$cache" "$grade" selftest --kept "$work/key" "${@:2}" "x0-hello alone"; }
alone "x0-hello alone  "
alone "x0-hello alone, in plain; the rest is kept"
alone "x0-hello alone, in plain; the rest is kept"
alone "x0-hello alone  " --fresh
alone "x0-hello alone  " --whole
echo "another kernel" >>"$work/key/machine"
case_of "0 were kept, 1 run"
alone "x0-hello alone  "
case_of "1 were kept, 0 run"
# In a copy of the tree: of later labs a case depends on the names alone; a failure is not kept.
tree=$work/tree
mkdir -p "$tree/build" && cp -a Makefile grader runtime solutions labs "$tree/" && cp -a build/obj build/headers.stamp build/weft-grade "$tree/build/"
runs() { expect "$1" "$2" env XDG_CACHE_HOME="$cache" "$tree/build/weft-grade" selftest --kept "$work/key" "${@:3}"; }
runs 0 "0 were kept, 1 run" 02.08-whole-pieces
echo '/* another */' | tee -a "$tree/solutions/04-executor/coop.c" "$tree/grader/suites/04-executor/suite.c" >/dev/null
runs 0 "1 were kept, 0 run" 02.08-whole-pieces
echo "another_name T" >>"$work/key/names.04-executor"
runs 0 "0 were kept, 1 run" 02.08-whole-pieces
for file in solutions/01-futures/ready.c grader/suites/02-async/suite.c grader/src/judge.h; do
    echo '/* another */' >>"$tree/$file"
    runs 0 "0 were kept, 1 run" 02.08-whole-pieces
done
runs 0 "0 were kept, 1 run" x2.5-one-after-the-other
runs 0 "1 were kept, 0 run" x2.5-one-after-the-other
echo "Another word." >>"$tree/grader/alternates/05-work-stealing/fences/ABOUT" # of what the models are judged on
runs 0 "0 were kept, 1 run" x2.5-one-after-the-other
mutant() # NAME SED: a mutant of x0 whose own test is "take"
{
    sed "$2" solutions/x0-hello/ticket.c >"$work/ticket.c"
    { printf 'Clause: x0.1\nKills: take\nVariant: plain\nMistake: %s.\n\n' "$1"; diff -u --label a/ticket.c solutions/x0-hello/ticket.c \
        --label b/ticket.c "$work/ticket.c"; } >"$tree/grader/mutants/x0-hello/$1.patch"
}
mutant blunt 's/return .*;/return 7;/'
mutant survivor 's/relaxed: the/relaxed: a/'
for _ in 1 2; do
    runs 1 "passes only 0 of the 1 other tests: too blunt to be a mistake of one clause" blunt
    runs 1 "survives take (plain)" survivor
done

# while another runs in this tree a check, or a selftest, waits and says so
mkdir -p "$tree/build/check"
flock "$tree/build/check/lock" -c "sleep 3" &
sleep 0.2
expect 124 "another check runs in this tree" timeout 1 "$tree/grader/tools/check.sh" --quick
wait $!
flock build/selftest/lock -c "sleep 2" &
sleep 0.2
expect 0 "this one waits until it has ended" "$grade" selftest x0.1-returns
wait $!

# What is in memory while a check runs: a folder that is left by one that was killed is removed, and nothing else.
in_memory() { env -u TMPDIR grader/tools/memory.sh "$work/note"; }
if [ "$(in_memory)" ]; then
    first=$(cat "$work/note")
    holds "programs can be run in it" sh -c "cp /usr/bin/true '$first/program' && '$first/program'"
    in_memory >"$work/said"
    holds "what is left is removed" [ ! -e "$first" ]
    holds "and another one made" [ -d "$(cat "$work/said")" ]
    rm -rf "$(cat "$work/said")"
fi
mkdir "$work/precious"
for name in "$work/precious" "/dev/shm/weft-check-/../../$work/precious" ""; do
    echo "$name" >"$work/note"
    holds "TMPDIR is where things go" [ -z "$(TMPDIR=$work grader/tools/memory.sh "$work/note")" ]
    holds "what is none of the check's is not removed" [ -d "$work/precious" ]
done
expect 1 "usage: memory.sh NOTE" grader/tools/memory.sh
