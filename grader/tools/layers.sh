#!/bin/sh
# layers.sh: a module uses its own lab, lower labs and the given bottom layer, and nothing above.
#
# By headers: a header belongs to the lab that lists it in modules.mk; one that no lab lists is given. What
#   a module of lab NN includes, directly or not, belongs to a lab up to NN or is given.
# By symbols: each wf_* symbol that an object of lab NN needs is defined in a lab up to NN or in
#   runtime/given; an object of runtime/given needs none but those of runtime/given. None but alloc.c asks the C library for
#   memory (G.95).
#
# runtime/given is judged by symbols only: it implements the slow paths of future.h, whose contract is the
# subject of lab 01 although the header is the bottom of everything.
#
# Exit: 1 a module reaches upward, or does not compile.
set -eu
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/../.."
. grader/tools/facts.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

compiler=$(sed -n 's/^GRADE_CC := //p' grader/variants.mk)
flags=$(sed -n 's/^GRADE_COMMON := //p' grader/variants.mk)

# compile LEVEL NAME SOURCE: appends "NEEDS|DEFINES|INCLUDES level name what" lines to the facts.
compile()
{
    object=$scratch/object.o
    # shellcheck disable=SC2086 # a list of words
    if ! $compiler $flags -w -O0 -Iruntime/include -MMD -MF "$scratch/deps" -c "$3" -o "$object" >&2; then
        echo "BROKEN $1 $2 -"
        return
    fi
    tr -s ' \\\n' '\n' <"$scratch/deps" | sed -n "s|^runtime/include/weft/|INCLUDES $1 $2 |p
                                               s|^solutions/.*\([0-9][0-9]-[^/]*\)/[^/]*\.h$|PRIVATE $1 $2 \1|p"
    nm -P -g "$object" | awk -v level="$1" -v name="$2" '
        { print ($2 == "U" ? "NEEDS" : "DEFINES"), level, name, $1 }'
}

{
    for file in $(given); do
        compile 0 "given/$file" "runtime/given/$file"
    done
    for lab in $(labs) $(labs planned); do
        for header in $(files "$lab" headers); do
            echo "HEADER ${lab%%-*} $lab $header"
        done
        for file in $(files "$lab" write); do
            compile "${lab%%-*}" "$lab/$file" "solutions/$lab/$file"
        done
        for file in $(files "$lab" given); do
            compile "${lab%%-*}" "$lab/$file" "runtime/given/$lab/$file"
        done
    done
} >"$scratch/facts"

awk '
    function level_text(level) { return level + 0 ? "lab " level : "given" }
    function wrong(text) { print "layers: " text >"/dev/stderr"; bad = 1 }

    NR == FNR && $1 == "HEADER" { header_level[$4] = $2 }
    NR == FNR && $1 == "DEFINES" {
        if ($4 in symbol_level)
            wrong($3 " defines " $4 ", and so does " symbol_home[$4])
        symbol_level[$4] = $2
        symbol_home[$4] = $3
    }
    NR == FNR { next }

    $1 != "HEADER" { modules[$3] }
    $1 == "BROKEN" { wrong($3 " does not compile") }
    $1 == "INCLUDES" && $2 + 0 && header_level[$4] + 0 > $2 + 0 {
        wrong($3 " includes weft/" $4 " of lab " header_level[$4] ": a module of lab " $2 \
              " may include headers of labs up to its own, and given ones")
    }
    $1 == "PRIVATE" && $4 + 0 > $2 + 0 {
        wrong($3 " includes a private header of " $4 ", which is above it")
    }
    $1 == "NEEDS" && ($4 in symbol_level) && symbol_level[$4] + 0 > $2 + 0 {
        wrong($3 " needs " $4 " of " symbol_home[$4] ": the " level_text($2) \
              " layer may need symbols of its own layer and below")
    }
    $1 == "NEEDS" && $4 ~ /^wf_/ && !($4 in symbol_level) {
        wrong($3 " needs " $4 ", which neither runtime/given nor any lab defines")
    }
    $1 == "NEEDS" && $4 ~ /^(malloc|calloc|realloc|reallocarray|aligned_alloc|posix_memalign|free|strn?dup|v?asprintf|getline|mmap|sbrk)$/ &&
        $3 != "given/alloc.c" {
        wrong($3 " needs " $4 "(): memory comes from wf_alloc() alone (G.95)")
    }
    END {
        for (module in modules)
            count++
        if (count == 0)
            wrong("nothing to check: are GIVEN and LABS still in runtime/modules.mk?")
        if (bad)
            exit 1
        print "layers: " count " modules reach only their own layer and those below"
    }
' "$scratch/facts" "$scratch/facts"
