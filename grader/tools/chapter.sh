#!/usr/bin/env bash
# chapter.sh [--update]: what docs/memory.md and docs/interleave.md quote is what the files say, and what the checker prints.
#
#   <!-- source FILE [FIRST-LAST] -->   the block that follows is that file, or these lines of it
#   <!-- run FILE ARGUMENTS... -->      the block that follows is what the model program prints
#
# FILE is below grader/interleave/examples. Milliseconds may differ. --update writes the
# blocks anew; read the difference before you commit it.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 2
examples=grader/interleave/examples
build=build/chapter
pages=(docs/memory.md docs/interleave.md)
update=''
case ${1-} in
    '') ;;
    --update) update=yes ;;
    *) sed -n '2s/^# //p' "$0" >&2 && exit 2 ;;
esac
mkdir -p "$build"
make -s build/obj/engine/engine.o || exit 2
blocks=0 stale=0

# block KIND FILE REST...: what the page should quote
block()
{
    local kind=$1 file=$2 program
    shift 2
    if [ "$kind" = source ]; then
        local lines=${1:-1-\$}
        sed -n "${lines/-/,}p" "$examples/$file"
        return
    fi
    program=$build/$(basename "$file" .c)
    if [ ! -e "$program" ] || [ "$examples/$file" -nt "$program" ] || [ build/obj/engine/engine.o -nt "$program" ]; then
        grader/tools/model.sh "$program" "$examples/$file" || return 2
    fi
    COLUMNS=86 "$program" "$@" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' # no blank lines at the end
}

# What may differ from run to run.
masked()
{
    sed -E 's/ +[0-9]+ ms/ N ms/g'
}

# check_page PAGE: compares its blocks; writes the page anew to $build/page.md
check_page()
{
    local page=$1 line fence want have words
    while IFS= read -r line; do
        printf '%s\n' "$line"
        [[ $line =~ ^'<!-- '(source|run)' '(.*)' -->'$ ]] || continue
        read -ra words <<<"${BASH_REMATCH[2]}"
        IFS= read -r fence && printf '%s\n' "$fence"
        have=''
        while IFS= read -r line && [ "$line" != '```' ]; do
            have+=$line$'\n'
        done
        want=$(block "${BASH_REMATCH[1]}" "${words[@]}" 2>"$build/log"; printf x)
        want=${want%x}
        [ ! -s "$build/log" ] || cat "$build/log" >&2
        blocks=$((blocks + 1))
        if [ -z "$want" ] || [[ $fence != '```'* ]] || [ "$(masked <<<"$have")" != "$(masked <<<"$want")" ]; then
            stale=$((stale + 1))
            echo "$page: stale: ${words[*]}" >&2
            [ -n "$update" ] || diff <(masked <<<"$have") <(masked <<<"$want") >&2
            have=$want
        fi
        printf '%s```\n' "$have"
    done <"$page" >"$build/page.md"
}

for page in "${pages[@]}"; do
    [ -e "$page" ] || continue
    check_page "$page"
    [ -z "$update" ] || cmp -s "$build/page.md" "$page" || cp "$build/page.md" "$page"
done
if [ -n "$update" ]; then
    echo "chapter: $blocks blocks, $stale written anew"
elif [ $stale = 0 ]; then
    echo "chapter: $blocks blocks are what the files say, and what the checker prints"
else
    echo "chapter: $stale of $blocks blocks are stale. To write them anew: grader/tools/chapter.sh --update"
    exit 1
fi
