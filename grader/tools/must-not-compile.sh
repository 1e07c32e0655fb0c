#!/bin/sh
# must-not-compile.sh: misuse that the headers promise to reject is rejected.
#
# Each grader/must-not-compile/*.c must fail, and the first error that the compiler reports is the one that its
# "expect:" line describes (an extended regular expression). It must compile with -DCONTROL, so that it fails for this
# reason and no other. A case must fail in any user's build, without -Werror and with -w too. One that not every compiler
# finds, or only while it optimises, or that is an error for some builds only, says so:
#
#   /* must not compile: REASON; clause G.k */
#   /* expect: REGEX */
#   /* compilers: gcc -O1, clang -O0 */              without it, every compiler rejects it at -O0
#   /* error: with -Werror */                        a warning of gcc or clang; or: but with gcc -w; or: but with -w
#
# The control compiles with every compiler: at that level, and at -O2 with a compiler that is not named.
#
# And each public header compiles alone, twice in a row, as C11 and as C++17, and all of them together in each standard from
# C11 and C++11 on, without a warning, of -Wpedantic neither.
#
# Exit: 1 something compiled that must not, or failed that must not, or failed for another reason.
set -eu
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
log=$scratch/log
warnings='-Wall -Wextra'
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
    case $compiler in clang) set -- -Wconditional-uninitialized "$@" ;; esac
    # shellcheck disable=SC2086 # a list of words
    "$compiler" $warnings "$@" -Iruntime/include -c "$source" -o "$scratch/object.o" >"$log" 2>&1
}

# level_of COMPILER: where it must reject the case whose third line names $named; empty: it need not.
level_of()
{
    printf '%s\n' "${named:-$1 -O0}" | tr , '\n' | sed -n "s/^ *$1 \(-O[0-3]\) *\$/\1/p"
}

# must_fail COMPILER SOURCE FLAG...: with the error that is expected, before any other.
must_fail()
{
    if compile "$@"; then
        shift
        fail "$compiler accepts $*"
    elif ! grep -E -m 1 'error: ' "$log" | grep -Eq "error: .*($expected)"; then
        shift
        fail "$compiler rejects $*, but the first error is not '$expected':"
    fi
}

c_compilers=$(present gcc clang)
cxx_compilers=$(present g++ clang++)

cases=0
anywhere=0 # of them, without -Werror too
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
    errors=$(sed -n 's|^/\* error: \(.*\) \*/$|\1|p' "$file")
    case ${errors:-always} in
    always) relaxed='gcc clang' silent='gcc clang' ;;
    'but with gcc -w') relaxed='gcc clang' silent=clang ;;
    'but with -w') relaxed='gcc clang' silent='' ;;
    'with -Werror') relaxed='' silent='' ;;
    *)
        say "$file: cannot read '/* error: $errors */': it is 'with -Werror', 'but with gcc -w' or 'but with -w'"
        bad=$((bad + 1))
        continue
        ;;
    esac
    for compiler in $c_compilers; do
        level=$(level_of "$compiler")
        compile "$compiler" "$file" -std=gnu11 -Werror "${level:--O2}" -DCONTROL ||
            fail "$compiler rejects the control of $file:"
        [ "$level" ] || continue
        must_fail "$compiler" "$file" -std=gnu11 -Werror "$level"
        case " $relaxed " in *" $compiler "*) must_fail "$compiler" "$file" -std=gnu11 -Wno-return-type "$level" ;; esac
        case " $silent " in *" $compiler "*) must_fail "$compiler" "$file" -std=gnu11 -w "$level" ;; esac
        rejected="$rejected$compiler "
    done
    [ "$errors" = 'with -Werror' ] || anywhere=$((anywhere + 1))
done

# headers_compile NAME: what stands in $scratch/header.c, as each of the standards that are set.
headers_compile()
{
    cp "$scratch/header.c" "$scratch/header.cc"
    for compiler in $c_compilers; do
        for standard in $c_standards; do
            compile "$compiler" "$scratch/header.c" "-std=$standard" -Wpedantic -Wshadow -Werror ||
                fail "$compiler rejects $1, as $standard:"
        done
    done
    for compiler in $cxx_compilers; do
        for standard in $cxx_standards; do
            compile "$compiler" "$scratch/header.cc" "-std=$standard" -Wpedantic -Wshadow -Wold-style-cast -Werror ||
                fail "$compiler rejects $1, as $standard:"
        done
    done
}

# What is an error in the body of an async function is what the user wants it to be behind it.
cat >"$scratch/behind.c" <<'END'
#include "weft/async.h"

struct unit {
    struct wf_future future;
    int out;
};

ASYNC_FN(unit)
{
    ASYNC_BEGIN;
ASYNC_FINALLY:
    ASYNC_END;
}

int behind(struct unit *unit);
int behind(struct unit *unit)
{
    ASYNC_INIT(unit, unit);
    int declared = unit->out;
    unit->out = declared + 1;
    return;
}
END
for compiler in $c_compilers; do
    compile "$compiler" "$scratch/behind.c" -std=gnu11 -Wno-error=return-type ||
        fail "$compiler rejects a bare return behind an async function, without -Werror:"
    compile "$compiler" "$scratch/behind.c" -std=gnu11 -Werror -Wno-return-type ||
        fail "$compiler rejects a declaration behind a statement, behind an async function:"
done

headers=0
c_standards=c11 cxx_standards=c++17
for header in runtime/include/weft/*.h; do
    headers=$((headers + 1))
    name=weft/${header##*/}
    printf '#include "%s"\n#include "%s"\nint nothing;\n' "$name" "$name" >"$scratch/header.c"
    headers_compile "$name alone"
done
for header in runtime/include/weft/*.h; do
    printf '#include "weft/%s"\n' "${header##*/}"
done >"$scratch/header.c"
c_standards='c11 gnu11 c17 gnu17 c2x gnu2x' cxx_standards='c++11 c++14 c++17 c++20'
headers_compile "all headers together"

if [ "$cases" = 0 ] || [ "$headers" = 0 ] || [ ! "$c_compilers" ]; then
    say "nothing was checked"
    exit 1
fi
[ "$bad" = 0 ] || exit 1
# shellcheck disable=SC2086 # a list of words
by=$(printf '%s\n' $rejected | sort | uniq -c | awk '{ printf "%s%s %s", separator, $2, $1; separator = ", " }')
echo "must-not-compile: $cases cases, each rejected as expected ($by), $anywhere of them without -Werror too;" \
    "$headers headers compile as C11 to C2x${cxx_compilers:+ and as C++11 to C++20}, with -Wpedantic"
