#!/usr/bin/env bash
# run.sh: measure build/bench/weft and, where their toolchains are installed, the same programs on Tokio and Go.
#
# Each benchmark has one untimed round and ROUNDS counted ones (5); in a round each program runs once, in turn,
# so that what slows the machine down for a while slows all of them; all on one core. Writes, in build/bench:
#
#   rounds.tsv     every figure that was measured: name, program, round, figure
#   allocators.tsv the same of those that allocate, with each allocator: name, program, allocator, round, figure
#   summary.tsv    medians, spreads and ratios: see summary.awk
#   results.json   the same for programs
#   chart.svg      the ratios
#
# and the table on standard output. A program that fails leaves no figure: ours ends the run, a peer is left out of
# that benchmark, and the report says so.
#
# Exit: 0 measured, whatever the figures; 1 something of ours failed.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C
here=runtime/bench
out=build/bench
rounds=${ROUNDS:-5}
core=$(taskset -pc $$ | sed 's/.*[^0-9]//') # the last one that is allowed
compiler=${BENCH_CC:?make bench says what compiled build/bench/weft}
flags=${BENCH_FLAGS:?make bench says how it was compiled}
logs=$out/logs
figures=$out/rounds.tsv
with_allocators=$out/allocators.tsv
rm -rf "$logs" "$figures" "$with_allocators" "$out"/{summary.tsv,results.json,chart.svg,tokio,go}
mkdir -p "$logs"

fail()
{
    echo "bench: $*" >&2
    exit 1
}

case $rounds in *[!0-9]* | '' | 0*) fail "ROUNDS is a number from 1 on, not '$rounds'" ;; esac

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

processor=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
echo "machine: ${processor:-processor unknown}, $(nproc) cores, all programs on core $core, $(uname -sr)"
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
    [ ! -x "$out/go" ] || echo "go: $(go version), GOMAXPROCS=1"
else
    echo "go: NOT MEASURED, it is not installed (make bench-deps)"
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

# measure PROGRAM NAME COUNT [ALLOCATOR]: prints the figure. No environment: settings of an allocator or a collector stay out.
# One core: where two threads take turns, the kernel's choice to place them on one core or on two would decide the
# figure, for any program, by a factor of ten.
measure()
{
    local figure library= word=
    case ${4-own} in
        own) ;; # as a program has it that asks for nothing
        malloc) word=malloc ;;
        *) word=malloc library=LD_PRELOAD=$(library_of "$4") ;;
    esac
    [ "$1" = weft ] || word= # that is a word of ours
    figure=$(timeout 120 taskset -c "$core" env -i $library "$out/$1" "$2" "$3" $word </dev/null 2>"$logs/$1-$2.log") || return
    [[ $figure =~ ^[0-9]+(\.[0-9]+)?$ ]] || return
    echo "$figure"
}

: >"$figures"
while read -r name count _ peers _ _ title; do
    case $name in '' | '#'*) continue ;; esac
    programs=weft
    [ "$peers" = none ] || for peer in tokio go; do
        [ ! -x "$out/$peer" ] || programs="$programs $peer"
    done
    [ -t 2 ] || echo "measuring $name: $programs" >&2
    for ((round = 0; round <= rounds; round++)); do
        for program in $programs; do
            progress "$title: round $round of $rounds, $program"
            if figure=$(measure "$program" "$name" "$count"); then
                [ "$round" = 0 ] || printf '%s\t%s\t%d\t%s\n' "$name" "$program" "$round" "$figure" >>"$figures"
            elif [ "$program" = weft ]; then
                progress
                fail "weft $name $count failed: $(tail -n 3 "$logs/weft-$name.log")"
            else
                progress
                echo "$program: NOT MEASURED in $name, it failed: $(head -n 1 "$logs/$program-$name.log")"
                programs=${programs/ $program/}
                awk -v name="$name" -v program="$program" '!($1 == name && $2 == program)' "$figures" >"$figures.new"
                mv "$figures.new" "$figures"
            fi
        done
    done
done <$here/benchmarks.txt
progress

# Those that allocate, once more: with each allocator under both. Where Tokio is missing there is nothing to compare.
if [ -x "$out/tokio" ]; then
    while read -r name count _; do
        case $name in spawn_join | spawn_await | idle) ;; *) continue ;; esac
        [ -t 2 ] || echo "measuring $name with $allocators" >&2
        for ((round = 0; round <= rounds; round++)); do
            for allocator in own $allocators; do
                for program in weft tokio; do
                    [ "$program $allocator" != "tokio own" ] || continue
                    progress "$name with $allocator: round $round of $rounds, $program"
                    figure=$(measure $program "$name" "$count" "$allocator") || fail "$program $name with $allocator failed: see $logs"
                    [ "$round" = 0 ] || printf '%s\t%s\t%s\t%d\t%s\n' "$name" $program $allocator "$round" "$figure" >>"$with_allocators"
                done
            done
        done
    done <$here/benchmarks.txt
    progress
fi

# --- the report ----------------------------------------------------------------------------------------------

awk -f $here/summary.awk "$here/benchmarks.txt" "$figures" >"$out/summary.tsv"
awk -f $here/json.awk "$out/summary.tsv" >"$out/results.json"
awk -v date="$(date +%F)" -v rounds="$rounds" -f $here/chart.awk "$out/summary.tsv" >"$out/chart.svg"
awk -v rounds="$rounds" -f $here/table.awk "$out/summary.tsv"
echo
if [ -s "$with_allocators" ]; then
    awk -f $here/allocators.awk "$here/benchmarks.txt" "$with_allocators"
    echo
fi
awk -f $here/targets.awk "$out/summary.tsv"
