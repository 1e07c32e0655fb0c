# shellcheck shell=bash disable=SC2154
# lint.sh: a warning fails the lint each time, and what has passed is linted again once its text or a header's is another.
# Sourced by part.sh.

if [ -n "$(command -v clang-tidy-14)" ]; then
    mkdir -p "$work/lint/grader"
    # linted STATUS TEXT: of the file that is planted
    linted() { expect "$1" "$2" env LINT_KEPT="$work/lint/kept" grader/tools/lint.sh "${@:3}" "$work/lint/planted.c"; }
    linted 1 "planted.c: error: clang-tidy-14 ends with status"
    printf '#include "grader/planted.h"\n' >"$work/lint/planted.c"
    linted 1 "'grader/planted.h' file not found"
    printf 'int twice(int number);\n' >"$work/lint/grader/planted.h"
    printf '#include <stdlib.h>\n#include "grader/planted.h"\nint twice(int number)\n{\n    return 2 * number;\n}\n' >"$work/lint/planted.c"
    linted 0 "0 warnings in 1 files, of which 1 had to be linted"
    linted 0 "0 warnings in 1 files, of which 0 had to be linted"
    linted 0 "0 warnings in 1 files, of which 1 had to be linted" --deep
    printf 'int twice(int count);\n' >"$work/lint/grader/planted.h"
    linted 1 "[readability-inconsistent-declaration-parameter-name]"
    printf 'int twice(int number);\n' >"$work/lint/grader/planted.h"
    linted 0 "of which 1 had to be linted"
    sed -i 's/2 \* number/int left; if (number) left = 2; return left * number/; s/return int/int/' "$work/lint/planted.c"
    linted 1 "[clang-diagnostic-sometimes-uninitialized]" # the second compiler's own
    sed -i 's/int left;.*/return 2 * number;/' "$work/lint/planted.c"
    sed -i 's/2 \* number/2 * number + atoi("1")/' "$work/lint/planted.c"
    linted 1 "planted.c:5:25: warning: 'atoi' used to convert"
    linted 1 "[cert-err34-c]"
    sed -i 's/return .*/int *left = number > 3 ? NULL : \&number;\n    return number == 7 ? *left : 0;/' "$work/lint/planted.c"
    linted 1 "Dereference of null pointer" # on one path, which the analyzer follows within its limit
fi
