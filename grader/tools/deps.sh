#!/bin/sh
# deps.sh [-f LIST] GROUP...: installs those packages of LIST (packages.txt) in these groups ("all": every
# group) that are not there.
#
# Each make target that needs packages calls this first. So when nothing is missing it only uses what the
# shell has built in: no process is started and nothing is printed. All messages go to standard error,
# which leaves standard output to the target itself.
#
# Exit: 0 all is there; 1 something is still missing, and what to do was said; 2 called wrongly.
set -eu

say()
{
    printf 'deps: %s\n' "$*" >&2
}

misuse()
{
    say "$*"
    exit 2
}

is_there()
{
    case $1 in
        /*) [ -e "$1" ] ;;
        *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

# Sets `missing` to package names, `probes` to the same with what was looked for, `reasons` to a line each.
look()
{
    missing='' probes='' reasons='' known=' all '
    while read -r package group probe hash reason; do
        case $package in '' | '#'*) continue ;; esac
        [ "$hash" = '#' ] || misuse "$list: not 'package group probe # reason': $package"
        known="$known$group "
        case $groups in *" all "* | *" $group "*) ;; *) continue ;; esac
        is_there "$probe" && continue
        missing="$missing $package"
        probes="$probes $package ($probe)"
        reasons="$reasons    $package: $reason
"
    done <"$list"
}

case $0 in
    */*) list=${0%/*}/packages.txt ;;
    *) list=packages.txt ;;
esac
if [ "${1-}" = -f ]; then
    list=${2-}
    shift "$(($# < 2 ? 1 : 2))"
fi
[ $# -gt 0 ] || misuse "usage: deps.sh [-f LIST] GROUP..."
[ -r "$list" ] || misuse "cannot read the list '$list'"
groups=" $* "

look
for group; do
    case $known in *" $group "*) ;; *) misuse "$list has no group '$group'" ;; esac
done
[ "$missing" ] || exit 0

if ! is_there apt-get; then
    say "missing, and there is no apt-get here to install it with. By its name in Debian:"
    printf '%s' "$reasons" >&2
    exit 1
fi

# Recommended packages stay out: the list says all that is needed.
apt="apt-get -y -q --no-install-recommends -o DPkg::Lock::Timeout=120"
by_hand="apt-get install --no-install-recommends$missing"

if [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
elif ! is_there sudo; then
    say "missing:$missing"
    say "there is no sudo here. As root, run:  $by_hand"
    exit 1
elif [ -t 0 ] && [ -t 2 ] && [ -z "${CI-}" ]; then
    by_hand="sudo $by_hand"
    say "missing:"
    printf '%s' "$reasons" >&2
    printf 'Install with sudo apt-get? [y/N] ' >&2
    read -r answer || answer=''
    case $answer in
        [yY]*) apt="sudo $apt" ;;
        *) say "not installed. To do it later:  $by_hand" && exit 1 ;;
    esac
else
    by_hand="sudo $by_hand"
    if ! sudo -n apt-get --version >/dev/null 2>&1; then
        say "missing:$missing"
        say "this needs root, and nobody can be asked for a password here. Run:  $by_hand"
        exit 1
    fi
    apt="sudo -n $apt"
fi

log=$(mktemp "${TMPDIR:-/tmp}/weft-deps.XXXXXX")

failed()
{
    say "$*"
    grep -E '^(E|W|sudo): ' "$log" | sort -u | head -n 5 >&2
    say "the log is $log; by hand:  $by_hand"
    exit 1
}

run_apt()
{
    # shellcheck disable=SC2086 # both are lists of words
    $apt "$@" </dev/null >>"$log" 2>&1
}

have_lists()
{
    set -- /var/lib/apt/lists/*_Packages*
    [ -e "$1" ]
}

# shellcheck disable=SC2086 # a list of words
install()
{
    run_apt install $missing
}

say "installing$missing. apt-get says nothing meanwhile; it may take minutes"
if ! have_lists; then
    { run_apt update && install; } || failed "apt-get failed"
elif ! install; then
    # Old lists name versions that the server no longer has. Where apt said no E:, it was sudo that refused.
    grep -q '^E: ' "$log" || failed "apt-get was not run"
    { run_apt update && install; } || failed "apt-get failed, with new lists too"
fi

look
[ -z "$missing" ] || failed "apt-get installed, but what should now be there is not:$probes"
rm -f "$log"
