#!/bin/sh
# frames.sh FILE...: how large the frames of the futures are that each FILE defines, largest first.
#
# A kind of future is a table: an object of type struct wf_future_ops outside of functions. Each file is compiled, and
# linked alone whatever it lacks, so that its tables have their final values; gdb finds them by their type and reads
# name and size. Nothing is run. A table that gives no size shows 0.
#
# Exit: 1 a FILE is not there or does not compile, or no FILE defines a future; 2 called wrongly.
set -eu
LC_ALL=C
export LC_ALL

say()
{
    printf 'frames: %s\n' "$*" >&2
}

if [ $# = 0 ]; then
    say "usage: frames.sh FILE..."
    exit 2
fi
for file; do
    if [ ! -f "$file" ] || [ ! -r "$file" ]; then
        say "there is no file '$file' that can be read"
        exit 1
    fi
done

root=$(dirname "$0")/../..
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
flags=$(sed -n 's/^GRADE_COMMON *:= *//p' "$root/grader/variants.mk")

# In gdb: a printf for each table that it lists as "12:  static const struct wf_future_ops answer_ops;"
cat >"$scratch/script" <<END
pipe info variables -q -t wf_future_ops | sed -n 's/.*struct wf_future_ops \([a-zA-Z0-9_]*\);/printf "%u %s\\\\n", \1.size, \1.name/p' > $scratch/tables
source $scratch/tables
END

for file; do
    # shellcheck disable=SC2086 # a list of words
    if ! gcc $flags -w -O0 -fkeep-static-consts -I"$root/runtime/include" -static -nostdlib -x c "$file" \
        -Wl,--unresolved-symbols=ignore-all,--entry=0 -o "$scratch/program"; then
        say "'$file' does not compile"
        exit 1
    fi
    gdb -nx -batch -x "$scratch/script" "$scratch/program" >"$scratch/list"
    while read -r bytes name; do
        printf '%s\t%s\t%s\n' "$bytes" "$name" "$file"
    done <"$scratch/list"
done >"$scratch/frames"

if [ ! -s "$scratch/frames" ]; then
    say "no table of type struct wf_future_ops here: no future is defined"
    exit 1
fi
sort -t "$(printf '\t')" -k1,1nr -k2,2 -k3,3 "$scratch/frames" | awk -F '\t' '
    { bytes[NR] = $1; name[NR] = $2; file[NR] = $3; if (length($2) > width) width = length($2) }
    END {
        printf "%7s  %-*s  %s\n", "bytes", width, "future", "file"
        for (i = 1; i <= NR; i++)
            printf "%7d  %-*s  %s\n", bytes[i], width, name[i], file[i]
    }'
