#!/usr/bin/env bash
# machine.sh FOLDER: what a pass depends on beside the tree's own files (grader/src/kept.h), as text in that folder.
#
#   machine      kernel, processors, user, limits, the sandbox's tier; each package; each program and library that compiles,
#                links, runs or confines something, by path, size and date; what in the environment changes what they do
#   names.LAB    the names that the objects of the lab's solution define, and which sections of them run by themselves
set -eu -o pipefail
export LC_ALL=C
folder=${1:?usage: machine.sh FOLDER}
cd "$(dirname "$0")/../.."
mkdir -p "$folder"

programs()
{
    local name
    for name in gcc clang as ld objcopy bwrap make patch gdb valgrind bash; do
        command -v "$name" || echo "no $name"
    done
    for name in cc1 collect2; do
        gcc -print-prog-name="$name"
    done
    for name in crt1.o libc.so.6 libm.so.6 libasan.so libubsan.so libtsan.so liblsan.so libgcc_s.so.1 libdw.so libelf.so; do
        gcc -print-file-name="$name"
    done
    ldd build/weft-grade | sed -n 's|^[^/]*\(/[^ ]*\) (0x.*|\1|p'
}

{
    uname -srvm
    echo "processors $(nproc), user $(id -u), umask $(umask)"
    ulimit -a
    cat /proc/sys/kernel/randomize_va_space
    # its words say what it keeps from the code and what not
    build/weft-grade confine -- /usr/bin/true 2>&1 || echo "no sandbox"
    gcc --version
    clang --version
    programs | sort -u | while read -r path; do
        stat -L -c '%n %s %Y' "$path" 2>&1 || true
    done
    dpkg-query -W -f '${Package} ${Version} ${Architecture}\n' 2>/dev/null || echo "no dpkg"
    env | grep -E '^(PATH|TMPDIR|GRADE_[A-Z]+|LD_[A-Z_]+|[A-Z]+SAN_OPTIONS|MALLOC_[A-Z_]+|GLIBC_TUNABLES)=' | sort || true
} >"$folder/machine"

for solution in solutions/*/; do
    lab=$(basename "$solution")
    objects=()
    for source in "$solution"*.c runtime/given/"$lab"/*.c; do
        [ ! -e "$source" ] || objects+=("build/obj/plain/${source%.c}.o")
    done
    [ -e "${objects[0]}" ] || continue # an exercise: no subject but its own has it
    {
        nm -P -g --defined-only "${objects[@]}" | awk 'NF > 1 { print $1, $2 }'
        readelf -SW "${objects[@]}" | grep -oE '\.(preinit_array|init_array|fini_array|init|fini|ctors|dtors|tbss|tdata)\b' | sort | uniq -c || true
    } >"$folder/names.$lab"
done
