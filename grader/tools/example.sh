#!/bin/sh
# example.sh NAME: with what runtime/examples/NAME.c is compiled, beside the runtime: the files of a folder of its name, where there is
# one; and the libraries that a line of its own names, " * Libraries: -lfoo". The words of a command, on one line.
set -eu
cd "$(dirname "$0")/../.."
for source in "runtime/examples/$1"/*.c; do
    [ ! -e "$source" ] || printf '%s ' "$source"
done
sed -n 's/^ \* Libraries: //p' "runtime/examples/$1.c"
