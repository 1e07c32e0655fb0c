#!/usr/bin/env bash
# bad-input.sh [PART...]: what people get wrong must end in a message that names the thing and says what to do.
#
# Each case is a command, the exit status, and a text that its output must hold. Nothing may be left running
# or lying about, and an earlier result stays as it was. The parts are in bad-input/; without a word all are run.
#
# They change what they are about (kept objects, files of the tree, the disk below), and wait for deadlines. So each has a copy of
# the tree below build/bad-input, several go on beside each other, and none of them disturbs another step of the check.
set -u
cd "$(dirname "$0")/../.."
here=$PWD/grader/tools/bad-input
copies=$PWD/build/bad-input
# Of the longest ones first, so that none is left alone at the end.
all="disk late names-of-picks names commands files objects kept environment reach results mutants lint"
if [ "${1-}" = --list ]; then
    echo "$all"
    exit
fi
parts=("$@")
# shellcheck disable=SC2206 # a list of words
[ $# -gt 0 ] || parts=($all)
for part in "${parts[@]}"; do
    case " $all " in *" $part "*) ;; *) echo "bad-input: there is no part '$part'; there are: $all" >&2; exit 2 ;; esac
done

remove()
{
    for part in "${parts[@]}"; do
        chmod -R u+rwx "$copies/$part" 2>/dev/null
        rm -rf "${copies:?}/$part" "$copies/$part".*
    done
}
remove
trap remove EXIT
mkdir -p "$copies" || exit 2
# An object is replaced and never written to, so copies of those may be links. The objects of the solution, which most parts grade
# in a changed form, are made once.
: >"$copies/$parts.begin"
build/weft-grade run 01 --from solutions --test ready_at_once >/dev/null 2>&1
for part in "${parts[@]}"; do
    tree=$copies/$part
    mkdir -p "$tree/build/objects"
    cp -a .clang-format .clang-tidy ./*.md Makefile docs grader labs runtime solutions "$tree/" &&
        cp -al build/obj "$tree/build/" && cp -a build/headers.stamp build/weft-grade "$tree/build/" || exit 2
    find build/objects -maxdepth 1 -type f -name "$(printf '?%.0s' {1..64})" -newer "$copies/$parts.begin" \
        -exec cp -a -t "$tree/build/objects" {} + 2>/dev/null # another run may trim them meanwhile
done
# shellcheck disable=SC2016 # the inner shell expands it
printf '%s\n' "${parts[@]}" | xargs -P $(($(nproc) + 1)) -I {} bash -c \
    '"$1/part.sh" "$2" "$3/$2" "$3/$2.counts" >"$3/$2.said" 2>&1 9>&-' part "$here" {} "$copies"

cases=0
failures=0
for part in "${parts[@]}"; do
    cat "$copies/$part.said"
    if read -r of_part failed 2>/dev/null <"$copies/$part.counts"; then
        cases=$((cases + of_part))
        failures=$((failures + failed))
    else
        echo "the part $part did not come to its end"
        failures=$((failures + 1))
    fi
done
echo "bad input: $((cases - failures)) of $cases cases end in a clear message"
[ $failures = 0 ]
