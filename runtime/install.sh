#!/usr/bin/env bash
# install.sh: build/lib, the headers and a pkg-config file below PREFIX (/usr/local), all of it below DESTDIR if there is one.
#
# Both come through the environment.
set -eu
prefix=${PREFIX:-/usr/local}
destination=${DESTDIR-}

case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
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
