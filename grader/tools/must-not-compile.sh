#!/bin/sh
# must-not-compile.sh: misuse that the headers promise to reject is rejected.
#
# Each grader/must-not-compile/*.c must fail with a diagnostic that its "expect:" line describes (an extended
# regular expression), and must compile with -DCONTROL, so that it fails for this reason and no other. A case that not
# every compiler finds, or only while it optimises, says which ones must find it, and where, in a third line:
#
#   /* must not compile: REASON; clause G.k */
#   /* expect: REGEX */
#   /* compilers: gcc -O1, clang -O0 */              without it, every compiler rejects it at -O0
#
# The control compiles with every compiler: at that level, and at -O2 with a compiler that is not named.
#
# And each public header compiles alone, twice in a row, as C11 and as C++17.
#
# Exit: 1 something compiled that must not, or failed that must not, or failed for another reason.
set -eu
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
log=$scratch/log
warnings='-Wall -Wextra -Werror'
bad=0

say()
{
    printf 'must-not-compile: %s\n' "$*" >&2
}

fail()
{
    say "$*"
    sed 's/^/    /' "$log" >&2
    bad=$((bad + 1))
}

# The compilers, of those named, that are here.
present()
{
    for compiler; do
        if command -v "$compiler" >/dev/null; then
            printf '%s ' "$compiler"
        else
            say "there is no $compiler here: not verified with it"
        fi
    done
}

# compile COMPILER SOURCE FLAG...: real code generation, as some warnings come only with it.
compile()
{
    compiler=$1 source=$2
    shift 2
    case $compiler in clang*) set -- -Wconditional-uninitialized "$@" ;; esac
    # shellcheck disable=SC2086 # a list of words
    "$compiler" $warnings "$@" -Iruntime/include -c "$source" -o "$scratch/object.o" >"$log" 2>&1
}

# level_of COMPILER: where it must reject the case whose third line names $named; empty: it need not.
level_of()
{
    printf '%s\n' "${named:-$1 -O0}" | tr , '\n' | sed -n "s/^ *$1 \(-O[0-3]\) *\$/\1/p"
}

c_compilers=$(present gcc clang)
cxx_compilers=$(present g++ clang++)

cases=0
rejected=' '
for file in grader/must-not-compile/*.c; do
    [ -e "$file" ] || break
    cases=$((cases + 1))
    expected=$(sed -n 's|^/\* expect: \(.*\) \*/$|\1|p' "$file")
    if ! sed 1q "$file" | grep -Eq '^/\* must not compile: .*; (clause|contract in) .* \*/$' || [ ! "$expected" ]; then
        say "$file: begins without '/* must not compile: REASON; clause G.k */' and '/* expect: REGEX */'"
        bad=$((bad + 1))
        continue
    fi
    named=$(sed -n 's|^/\* compilers: \(.*\) \*/$|\1|p' "$file")
    if ! printf '%s\n' "${named:-gcc -O0}" | grep -Eqx '(gcc|clang) -O[0-3](, (gcc|clang) -O[0-3])*'; then
        say "$file: cannot read '/* compilers: $named */': it is like '/* compilers: gcc -O1, clang -O0 */'"
        bad=$((bad + 1))
        continue
    fi
    for compiler in $c_compilers; do
        level=$(level_of "$compiler")
        compile "$compiler" "$file" -std=gnu11 "${level:--O2}" -DCONTROL ||
            fail "$compiler rejects the control of $file:"
        [ "$level" ] || continue
        if compile "$compiler" "$file" -std=gnu11 "$level"; then
            fail "$compiler accepts $file at $level"
        elif ! grep -Eq "error: .*($expected)" "$log"; then
            fail "$compiler rejects $file, but not because of '$expected':"
        fi
        rejected="$rejected$compiler "
    done
done

headers=0
for header in runtime/include/weft/*.h; do
    headers=$((headers + 1))
    printf '#include "weft/%s"\n#include "weft/%s"\n' "${header##*/}" "${header##*/}" >"$scratch/header.c"
    cp "$scratch/header.c" "$scratch/header.cc"
    for compiler in $c_compilers; do
        compile "$compiler" "$scratch/header.c" -std=c11 || fail "$compiler rejects $header alone, as C11:"
    done
    for compiler in $cxx_compilers; do
        compile "$compiler" "$scratch/header.cc" -std=c++17 || fail "$compiler rejects $header alone, as C++17:"
    done
done

if [ "$cases" = 0 ] || [ "$headers" = 0 ] || [ ! "$c_compilers" ]; then
    say "nothing was checked"
    exit 1
fi
[ "$bad" = 0 ] || exit 1
# shellcheck disable=SC2086 # a list of words
by=$(printf '%s\n' $rejected | sort | uniq -c | awk '{ printf "%s%s %s", separator, $2, $1; separator = ", " }')
echo "must-not-compile: $cases cases, each rejected as expected ($by)," \
    "$headers headers compile alone as C11${cxx_compilers:+ and C++17}"
