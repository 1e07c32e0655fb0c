#!/bin/sh
# expand.sh FILE: FILE with the macros of async functions written out, for people to read.
#
# Only macros that begin with ASYNC_, AWAIT, WF_ASYNC_ or WF_AWAIT are expanded, as the headers of weft define them. Nothing else
# is known to the preprocessor here: directives pass by as comments, so includes, other macros and both sides of an
# #if stay as they are. What a macro of FILE's own hides stays hidden. What is there only so that misuse does not compile
# is left out. The layout is clang-format's.
#
# Exit: 1 FILE cannot be read, or there is nothing to expand in it; 2 called wrongly.
set -eu

say()
{
    printf 'expand: %s\n' "$*" >&2
}

if [ $# != 1 ] || [ ! "$1" ]; then
    say "which file? For example: make expand FILE=runtime/examples/async_function.c"
    exit 2
fi
file=$1
if [ ! -e "$file" ]; then
    say "there is no file '$file'"
    exit 1
elif [ ! -f "$file" ] || [ ! -r "$file" ]; then
    say "'$file' cannot be read as a file"
    exit 1
elif ! grep -Eq '^[^#]*\<(ASYNC_|AWAIT)' "$file"; then
    say "'$file' has no ASYNC_ or AWAIT in it: there is nothing to expand"
    exit 1
fi

root=$(dirname "$0")/../..
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

awk '/^#define (WF_)?(ASYNC_|AWAIT)/ { mine = 1 } mine { print } !/\\$/ { mine = 0 }' \
    "$root"/runtime/include/weft/*.h >"$scratch/macros.h"
{ cat "$root/.clang-format" && echo 'SeparateDefinitionBlocks: Always'; } >"$scratch/.clang-format"

# A line that begins with //@ is a directive in disguise, with what it continues on further lines. The name goes in
# by a line marker, for messages; markers go out again, and the strings that ASYNC_FN glues become one.
{
    printf '# 1 "%s"\n' "$(printf %s "$file" | tr '\n' '?' | sed 's/[\\"]/\\&/g')"
    sed 's|^[[:blank:]]*#|//@&|' "$file"
} >"$scratch/disguised.c"
gcc -E -C -w -undef -nostdinc -imacros "$scratch/macros.h" "$scratch/disguised.c" >"$scratch/expanded.c"
sed -e '/^# [0-9]/d' -e '/^#pragma GCC diagnostic/d' -e 's|^//@||' -e '/^_Static_assert(offsetof/s/" "//g' \
    -e 's/AWAIT_is_a_statement_alone_on_its_line_[0-9]*: __attribute__((unused)) //' \
    -e 's/enum { *\(ASYNC_\|only_declarations_\)[A-Za-z_, ]*};//g' -e 's/(void)sizeof(__extension__ &&ASYNC_END_is_missing);//' \
    -e 's/(void)[A-Z_]*_\(stands\|is_missing\)_[A-Za-z_]*;//g' -e 's/ASYNC_END_is_missing: //' \
    -e 's/case WF_AT([0-9]*) + WF_AT(0)://' -e 's/ASYNC_FINALLY_or_its_colon_is_missing/wf_finally/g' "$scratch/expanded.c" |
    clang-format --style="file:$scratch/.clang-format" --assume-filename=expanded.c
