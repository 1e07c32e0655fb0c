#!/bin/sh
# starters.sh [--check]: derives labs/NN-name/*.c from solutions/NN-name/*.c, for all labs and exercises of modules.mk.
#
# --check writes nothing: it compares, and has both compilers look at each starter.
#
# Exit: 1 a solution's markers are wrong, a starter is stale or does not compile.
set -eu
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/../.."
. grader/tools/facts.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What surrounds a hole (`self`, a helper, an ops table) is unused until the hole is filled.
flags="-std=gnu11 -D_GNU_SOURCE -Iruntime/include -Igrader/interleave -Wall -Wextra -Werror -Wno-unused-parameter
    -Wno-unused-variable -Wno-unused-function -Wno-unused-const-variable"

say()
{
    printf 'starters: %s\n' "$*" >&2
}

# In an exercise on orders all of them are hidden, and the comments that give their reasons.
strongest_orders()
{
    awk '/^ +[/][*]/ { skipped = 1 }
        !skipped { gsub(/memory_order_[a-z_]+/, "memory_order_seq_cst"); print }
        skipped && /[*][/]/ { skipped = 0 }' "$1" >"$1.seq_cst"
    mv "$1.seq_cst" "$1"
}

check=''
case ${1-} in
    '') ;;
    --check) check=yes ;;
    *) say "usage: starters.sh [--check]" && exit 2 ;;
esac

compilers=''
for compiler in gcc clang; do
    if command -v "$compiler" >/dev/null; then
        compilers="$compilers $compiler"
    elif [ "$check" ]; then
        say "there is no $compiler here: not verified with it"
    fi
done

count=0 bad=0
for lab in $(labs) $(labs beside); do
    [ "$check" ] || mkdir -p "labs/$lab"
    for file in $(files "$lab" write); do
        count=$((count + 1))
        solution=solutions/$lab/$file starter=labs/$lab/$file cut=$scratch/$file
        if ! awk -v lab="${lab%%-*}" -f grader/tools/cut.awk "$solution" >"$cut"; then
            bad=$((bad + 1))
            continue
        fi
        [ "$(kind "$lab")" != orders ] || strongest_orders "$cut"
        if [ "$check" ]; then
            if ! cmp -s "$cut" "$starter"; then
                say "stale: $starter. To refresh: make starters"
                bad=$((bad + 1))
            fi
            for compiler in $compilers; do
                # shellcheck disable=SC2086 # a list of words
                $compiler $flags -fsyntax-only "$cut" >"$scratch/log" 2>&1 && continue
                say "$compiler rejects the starter of $solution:"
                sed "s|$cut|$starter|" "$scratch/log" >&2
                bad=$((bad + 1))
            done
        elif ! cmp -s "$cut" "$starter"; then
            # Somebody may have worked in it: what is replaced is kept.
            [ ! -e "$starter" ] || mv "$starter" "$starter~"
            cp "$cut" "$starter"
            printf 'wrote %s\n' "$starter"
        fi
    done
    for starter in labs/"$lab"/*.c; do
        [ ! -e "$starter" ] || files "$lab" write | grep -qxF "${starter##*/}" || { say "$starter is not in modules.mk" && bad=$((bad + 1)); }
    done
done

[ "$bad" = 0 ] || exit 1
if [ "$check" ]; then
    printf 'starters: %d are fresh, and compile with%s\n' "$count" "$compilers"
fi
