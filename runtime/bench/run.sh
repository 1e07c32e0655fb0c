#!/usr/bin/env bash
# run.sh: measure build/bench/weft and, where their toolchains are installed, the same programs on Tokio and Go; and
# of pipes, loops without a runtime: libuv's, and a bare one of epoll.
#
# Each benchmark has one untimed round and ROUNDS counted ones (5); in a round each program runs once, in turn,
# so that what slows the machine down for a while slows all of them; as many cores as there are threads that run tasks. GROUP
# names groups or benchmarks of benchmarks.txt, which alone are run. Writes, in build/bench:
#
#   rounds.tsv     every figure that was measured: name, workers, program, round, figure, processor time
#   allocators.tsv the same of those that allocate, with each allocator: name, program, allocator, round, figure
#   summary.tsv    medians, spreads and ratios: see summary.awk
#   results.json   the same for programs
#   chart.svg      the ratios
#
# and the table on standard output. A program that fails leaves no figure: ours ends the run, a peer is left out of
# that benchmark, and the report says so.
#
# Exit: 0 measured, whatever the figures; 1 something of ours failed, or nothing has the name in GROUP.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C
here=runtime/bench
out=build/bench
rounds=${ROUNDS:-5}
group=${GROUP:-}
# The cores that are allowed, one by one: "0,2-3" is 0 2 3.
mapfile -t cores < <(taskset -pc $$ | sed 's/.*: //' | tr , '\n' | awk -F- '{ for (i = $1; i <= ($2 == "" ? $1 : $2); i++) print i }')
compiler=${BENCH_CC:?make bench says what compiled build/bench/weft}
flags=${BENCH_FLAGS:?make bench says how it was compiled}
logs=$out/logs
figures=$out/rounds.tsv
with_allocators=$out/allocators.tsv

fail()
{
    echo "bench: $*" >&2
    exit 1
}

case $rounds in *[!0-9]* | '' | 0*) fail "ROUNDS is a number from 1 on, not '$rounds'" ;; esac

# A line for each benchmark that is asked for, and each number of workers: name, count, workers, peers, title.
asked()
{
    GROUP=$group awk '
        BEGIN { some = split(ENVIRON["GROUP"], asked_for, " ") }
        /^(#|$)/ || $3 == "-" { next }
        {
            name = $2
            sub(/\..*/, "", name) # the first part of a benchmark that has only parts
            wanted = !some
            for (i = 1; i <= some; i++)
                wanted = wanted || asked_for[i] == $1 || asked_for[i] == name
            title = $0
            sub(/^([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)/, "", title)
            for (i = wanted ? split($4, workers, ",") : 0; i >= 1; i--)
                print workers[i], name, $3, $6, title
        }' $here/benchmarks.txt | sort -s -n -k 1,1
}
[ -n "$(asked)" ] || fail "nothing has a name of GROUP='$group': there are $(awk '!/^(#|$)/ && !seen[$1]++ { printf "%s%s", comma, $1; comma = ", " }' $here/benchmarks.txt), and names of benchmarks"

rm -rf "$logs" "$figures" "$with_allocators" "$out"/{summary.tsv,results.json,chart.svg,tokio,go,libuv,epoll}
mkdir -p "$logs"

# --- the peers -----------------------------------------------------------------------------------------------

# build PEER COMMAND...: a peer's program, or a line that says why it is left out.
build()
{
    local peer=$1 log=$logs/$1-build.log
    shift
    echo "building $peer's programs" >&2
    if ! "$@" >"$log" 2>&1; then
        echo "$peer: NOT MEASURED, its program does not build: $log"
        rm -f "${out:?}/$peer"
    fi
}

# In a copy, for cargo writes beside the manifest; by Debian's own cargo, which Debian's crates are made for; with no
# settings of the user's. What was built stays, so the next run only looks.
build_tokio()
(
    mkdir -p "$out/tokio-build" && cp -rp "$here"/peers/tokio/. "$out/tokio-build" && cd "$out/tokio-build" &&
        env -i PATH=/usr/bin:/bin HOME="$PWD" CARGO_HOME="$PWD/cargo-home" RUSTC=/usr/bin/rustc \
            /usr/bin/cargo build --release && cp target/release/bench ../tokio
)

build_go()
(
    at=$PWD/$out
    cd "$here/peers/go" &&
        env -i PATH="$PATH" HOME="$at" GOCACHE="$at/go-build" GOPATH="$at/go-path" GOENV=off GOWORK=off GOPROXY=off \
            GOTOOLCHAIN=local CGO_ENABLED=0 go build -o "$at/go" .
)

# build_loop LOOP LIBRARY...
build_loop()
{
    # shellcheck disable=SC2086 # flags are several words
    "$compiler" $flags -o "$out/$1" $here/peers/loops/pipes.c "$here/peers/loops/$1.c" "${@:2}"
}

processor=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
echo "machine: ${processor:-processor unknown}, $(nproc) cores, with one worker at most all programs on core ${cores[-1]}, $(uname -sr)"
echo "weft: $("$compiler" --version | head -n 1), $flags"
if [ -x /usr/bin/cargo ] && [ -x /usr/bin/rustc ] && compgen -G '/usr/share/cargo/registry/tokio-[0-9]*' >/dev/null; then
    build tokio build_tokio
    if [ -x "$out/tokio" ]; then
        version=$(sed -n '/^name = "tokio"$/{n;s/version = "\(.*\)"/\1/p}' "$out/tokio-build/Cargo.lock")
        echo "tokio: $version, $(/usr/bin/rustc --version), release, fat LTO"
    fi
else
    echo "tokio: NOT MEASURED, Debian's cargo and librust-tokio-dev are not installed (make bench-deps)"
fi
if command -v go >/dev/null; then
    build go build_go
    [ ! -x "$out/go" ] || echo "go: $(go version), GOMAXPROCS as many as workers, at least 1"
else
    echo "go: NOT MEASURED, it is not installed (make bench-deps)"
fi
build epoll build_loop epoll
if pkg-config --exists libuv; then
    build libuv build_loop libuv -luv
    [ ! -x "$out/libuv" ] || echo "libuv: $(pkg-config --modversion libuv)"
else
    echo "libuv: NOT MEASURED, it is not installed (make bench-deps)"
fi
# Where this machine has the library of an allocator that takes malloc's place; nothing for malloc itself.
library_of()
{
    /sbin/ldconfig -p | awk -v name="lib$1.so" 'index($1, name) == 1 && !found++ { print $NF }'
}

allocators=malloc
for name in mimalloc jemalloc; do
    if [ -n "$(library_of $name)" ]; then
        allocators="$allocators $name"
    else
        echo "$name: NOT MEASURED, its library is not installed (make bench-deps)"
    fi
done
echo "load: $(cut -d ' ' -f 1 /proc/loadavg) over the last minute; the figures want a machine that is otherwise idle"
echo

# --- the rounds ----------------------------------------------------------------------------------------------

# progress [TEXT]: on a terminal one line that is overwritten, elsewhere nothing.
progress()
{
    [ ! -t 2 ] || printf '\r\033[K%s' "$*" >&2
}

# measure PROGRAM NAME COUNT WORKERS [ALLOCATOR]: prints lines of a name, a figure and a processor time. No environment: settings of an
# allocator or a collector stay out. One core for one worker, and for none: where two threads take turns, the kernel's choice to place
# them on one core or on two would decide the figure, for any program, by a factor of ten.
measure()
{
    local lines library='' word='' on=${cores[-1]}
    [ "$4" -lt 2 ] || on=${cores[-2]},$on
    case ${5-own} in
        own) ;; # as a program has it that asks for nothing
        malloc) word=malloc ;;
        *) word=malloc library=LD_PRELOAD=$(library_of "$5") ;;
    esac
    [ "$1" = weft ] || word= # that is a word of ours
    lines=$(timeout 120 taskset -c "$on" env -i $library "$out/$1" "$2" "$3" "$4" $word </dev/null 2>"$logs/$1-$2-$4.log") || return
    [ -n "$lines" ] && ! grep -qvE "^$2(\.[a-z0-9.]+)? [0-9]+(\.[0-9]+)? (-|[0-9]+(\.[0-9]+)?)$" <<<"$lines" || return
    echo "$lines"
}

: >"$figures"
while read -r workers name count peers title; do
    if [ "$workers" -gt "${#cores[@]}" ]; then
        echo "$name with $workers workers: NOT MEASURED, this process may use ${#cores[@]} core"
        continue
    fi
    programs=weft
    case $peers-$workers in
        tokio-*) candidates=tokio ;;
        all-* | loops-2) candidates='tokio go' ;;
        loops-*) candidates='tokio go libuv epoll' ;; # they have one thread
        *) candidates= ;;
    esac
    for peer in $candidates; do
        [ ! -x "$out/$peer" ] || programs="$programs $peer"
    done
    [ -t 2 ] || echo "measuring $name, $workers workers: $programs" >&2
    for ((round = 0; round <= rounds; round++)); do
        for program in $programs; do
            progress "$title, $workers workers: round $round of $rounds, $program"
            if lines=$(measure "$program" "$name" "$count" "$workers"); then
                [ "$round" = 0 ] || awk -v OFS='\t' -v workers="$workers" -v program="$program" -v round="$round" \
                    '{ print $1, workers, program, round, $2, $3 }' <<<"$lines" >>"$figures"
            elif [ "$program" = weft ]; then
                progress
                fail "weft $name $count $workers failed: $(tail -n 3 "$logs/weft-$name-$workers.log")"
            else
                progress
                echo "$program: NOT MEASURED in $name with $workers workers, it failed: $(head -n 1 "$logs/$program-$name-$workers.log")"
                programs=${programs/ $program/}
                awk -v name="$name" -v workers="$workers" -v program="$program" \
                    '{ own = $1; sub(/\..*/, "", own) } !(own == name && $2 == workers && $3 == program)' "$figures" >"$figures.new"
                mv "$figures.new" "$figures"
            fi
        done
    done
done < <(asked)
progress

# Those that allocate, once more, on one thread: with each allocator under both. Where Tokio is missing there is nothing to compare.
if [ -x "$out/tokio" ]; then
    while read -r workers name count _; do
        case $workers-$name in 0-spawn_join | 0-spawn_await | 0-idle) ;; *) continue ;; esac
        [ -t 2 ] || echo "measuring $name with $allocators" >&2
        for ((round = 0; round <= rounds; round++)); do
            for allocator in own $allocators; do
                for program in weft tokio; do
                    [ "$program $allocator" != "tokio own" ] || continue
                    progress "$name with $allocator: round $round of $rounds, $program"
                    lines=$(measure $program "$name" "$count" 0 "$allocator") || fail "$program $name with $allocator failed: see $logs"
                    [ "$round" = 0 ] || printf '%s\t%s\t%s\t%d\t%s\n' "$name" $program $allocator "$round" "$(cut -d ' ' -f 2 <<<"$lines")" >>"$with_allocators"
                done
            done
        done
    done < <(asked)
    progress
fi

# --- the report ----------------------------------------------------------------------------------------------

awk -f $here/common.awk -f $here/summary.awk "$here/benchmarks.txt" "$figures" >"$out/summary.tsv"
awk -f $here/json.awk "$out/summary.tsv" >"$out/results.json"
awk -v date="$(date +%F)" -v rounds="$rounds" -f $here/chart.awk "$out/summary.tsv" >"$out/chart.svg"
awk -v rounds="$rounds" -f $here/table.awk "$out/summary.tsv"
echo
if grep -qE $'\t(libuv|epoll)\t' "$figures"; then
    awk -f $here/common.awk -f $here/loops.awk "$here/benchmarks.txt" "$figures"
    echo
fi
if [ -s "$with_allocators" ]; then
    awk -f $here/common.awk -f $here/allocators.awk "$here/benchmarks.txt" "$with_allocators"
    echo
fi
awk -f $here/targets.awk "$out/summary.tsv"
