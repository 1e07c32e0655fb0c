#!/usr/bin/env bash
# install.sh: build/lib, the headers and a pkg-config file below PREFIX (/usr/local), all of it below DESTDIR if there is one.
#
# Both come through the environment. pkg-config gives the flags as words that a shell has to read, so a blank or a quote in
# PREFIX arrives; what its files, or PKG_CONFIG_PATH, cannot hold is refused before anything is written.
#
# Exit: 2 such a PREFIX, or one that is no path; 1 something cannot be written.
set -eu
LC_ALL=C
prefix=${PREFIX:-/usr/local}
destination=${DESTDIR-}

refuse()
{
    printf 'install: PREFIX is %q: %s\n' "$prefix" "$1" >&2
    exit 2
}

case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
case $prefix in
    *[[:cntrl:]]*) refuse "a file of pkg-config cannot hold line breaks and control characters" ;;
    *['"\$#()']*) refuse "pkg-config cannot carry any of  \" \\ \$ # ( )" ;;
    *:*) refuse "PKG_CONFIG_PATH has : between its folders" ;;
    *' ') refuse "pkg-config drops a blank at its end" ;;
esac
cd "$(dirname "$0")/.."
to=$destination$prefix
case $to in -*) to=./$to ;; esac
install -d "$to/include/weft/detail" "$to/lib/pkgconfig"
install -m 644 runtime/include/weft/*.h "$to/include/weft"
install -m 644 runtime/include/weft/detail/*.h "$to/include/weft/detail"
install -m 644 build/lib/libweft.a "$to/lib"
install -m 755 build/lib/libweft.so "$to/lib/libweft.so.0"
ln -sf libweft.so.0 "$to/lib/libweft.so"
{
    printf 'prefix=%s\n' "$prefix"
    cat runtime/weft.pc.in
} >"$to/lib/pkgconfig/weft.pc"
printf 'installed below %s: PKG_CONFIG_PATH=%q pkg-config --cflags --libs weft\n' "$to" "$prefix/lib/pkgconfig"
case $prefix in
    *[!-A-Za-z0-9_./,+=@~]*) printf 'Its flags are quoted for a shell: eval "gcc x.c $(pkg-config --cflags --libs weft)"\n' ;;
esac
