#!/usr/bin/env bash
# clients.sh [VARIANT]: the servers among the examples, spoken to by programs that others wrote: netcat, socat and bash.
#
# What a program of ours says to a server of ours shows that both agree. Here the other side is known to be right: it ends its side alone, is
# killed in the middle, says nothing, reads nothing, or is one of two hundred. See servers.sh for how servers are started, and what is asked of
# their ends. Exit: 1 something came that should not have; the last line then says of which check.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C
limit=60
files=1024
ulimit -S -n "$files" || exit 1
# shellcheck source=grader/tools/servers.sh
. grader/tools/servers.sh

# ask WHAT PORT SENT EXPECTED: by netcat, which ends its side (-N), and reads to the end
ask()
{
    expect "$1 (nc)" "$3" "$4" "$(printf %b "$3" | bounded nc.openbsd -N 127.0.0.1 "$2")"
}

# ask_socat: the same by socat, which waits for the end behind its own
ask_socat()
{
    expect "$1 (socat)" "$3" "$4" "$(printf %b "$3" | bounded socat -t "$limit" - "TCP:127.0.0.1:$2")"
}

# all_back WHAT PORT: a megabyte comes back as it was
all_back()
{
    local came
    seq -w 0 149796 | head -c 1048576 >"$work/sent"
    bounded nc.openbsd -N 127.0.0.1 "$2" <"$work/sent" >"$work/came"
    came=$(cmp "$work/sent" "$work/came" 2>&1 && wc -c <"$work/came")
    expect "$1" "1048576 bytes, of seq -w 0 149796" 1048576 "$came"
}

# two_hundred WHAT PORT SAYS HEARS: all are connected at once, then each speaks, then each hears; a % in the texts is its number
two_hundred()
{
    local i fd fds=() line
    for ((i = 0; i < 200; i++)); do
        exec {fd}<>"/dev/tcp/127.0.0.1/$2" || expect "$1" "a connect, after $i others" "a connection" "none"
        fds+=("$fd")
    done
    for ((i = 0; i < 200; i++)); do
        printf '%s\n' "${3//%/$i}" >&"${fds[i]}"
    done
    for ((i = 199; i >= 0; i--)); do
        line=
        read -r -t "$limit" -u "${fds[i]}" line
        expect "$1" "${3//%/$i}" "${4//%/$i}" "$line"
        fd=${fds[i]}
        exec {fd}>&-
    done
}

# many_socats WHAT PORT SAYS HEARS: the same by forty processes beside each other, which end their sides
many_socats()
{
    local i started=()
    for ((i = 0; i < 40; i++)); do
        bounded socat -t "$limit" - "TCP:127.0.0.1:$2" <<<"${3//%/$i}" >"$work/came.$i" &
        started+=($!)
    done
    wait "${started[@]}"
    for ((i = 0; i < 40; i++)); do
        expect "$1" "${3//%/$i}" "${4//%/$i}" "$(cat "$work/came.$i")"
    done
}

# kill_one WHAT PORT LINE: a client that says LINE for ever, and takes no more than the first bytes of the answers, is killed
kill_one()
{
    local client unread came
    mkfifo "$work/unread"
    nc.openbsd 127.0.0.1 "$2" < <(yes "$3") >"$work/unread" 2>/dev/null &
    client=$!
    pids+=("$client")
    exec {unread}<"$work/unread"
    came=$(bounded head -c 1000 <&"$unread" | wc -c)
    kill -KILL "$client"
    wait "$client" 2>/dev/null
    unset "pids[-1]"
    exec {unread}<&-
    rm "$work/unread"
    expect "$1" "$3, again and again" 1000 "$came"
}

# be_silent PORT: sets `silent`, a connection that says nothing
be_silent()
{
    exec {silent}<>"/dev/tcp/127.0.0.1/$1"
}

# silent_ends WHAT EXPECTED: the server is gone, and so is its side of the silent connection: by "an end", or by "a reset"
silent_ends()
{
    local came
    came=$(bounded cat <&"$silent" 2>&1)
    case $?$came in
    0) came='an end' ;;
    1*'reset by peer') came='a reset' ;;
    esac
    expect "$1" "nothing, all the time" "$2" "$came"
    exec {silent}>&-
}

# ends WHAT PORT SENT EXPECTED: it is the server that ends the connection, while the client keeps its side open
ends()
{
    local fd came
    exec {fd}<>"/dev/tcp/127.0.0.1/$2"
    printf %b "$3" >&"$fd"
    came=$(bounded cat <&"$fd" 2>&1 && echo "and the end")
    expect "$1" "$3" "$4
and the end" "$came"
    exec {fd}>&-
}

echo_server()
{
    start echo echo_server 0
    be_silent "$port"
    ask "a line" "$port" 'hello\n' hello
    ask "no newline" "$port" 'he\r\nllo' "$(printf 'he\r\nllo')"
    ask "nothing" "$port" '' ''
    ask_socat "a line" "$port" 'hello\n' hello
    all_back "a megabyte through echo_server" "$port"
    kill_one "a client of echo_server that is killed" "$port" "hello, is anybody there?"
    two_hundred "two hundred at once" "$port" 'client %' 'client %'
    many_socats "forty at once (socat)" "$port" 'client %' 'client %'
    ask "afterwards" "$port" 'hello\n' hello
    stop echo 'sent back: +([0-9]) bytes' ''
    silent_ends "a silent client of echo_server" "an end"
}

# More clients at once than it has descriptors for wait until others have gone; more than it takes are sent away, and it says so.
limits()
{
    local i fd fds=() line
    files=40 start starved echo_server 0
    for ((i = 0; i < 80; i++)); do
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        printf 'client %s\n' "$i" >&"$fd"
        fds+=("$fd")
    done
    for ((i = 0; i < 80; i++)); do
        fd=${fds[i]} line=
        read -r -t "$limit" -u "$fd" line
        expect "eighty clients, and forty descriptors" "client $i" "client $i" "$line"
        exec {fd}>&-
    done
    stop starved 'sent back: 790 bytes' ''

    start full echo_server 0
    fds=()
    for ((i = 0; i < 505; i++)); do
        exec {fd}<>"/dev/tcp/127.0.0.1/$port"
        fds+=("$fd")
    done
    for fd in "${fds[@]:500}"; do
        expect "more than five hundred at once" "nothing" "" "$(bounded cat <&"$fd" 2>&1)"
    done
    ask "more than five hundred at once" "$port" '' ''
    printf 'hello\n' >&"${fds[499]}"
    read -r -t "$limit" -u "${fds[499]}" line
    expect "the five hundredth" "hello" "hello" "$line"
    for fd in "${fds[@]}"; do
        exec {fd}>&-
    done
    stop full 'sent back: 6 bytes' "$(yes 'echo_server: a client is lost: WF_EFULL*' | head -n 6)"
}

# A backend that answers only when it has read to the end: so the end of one side has to come through, and the other side to go on.
wc_backend()
{
    local line notes
    mkfifo "$work/notes"
    socat -d -d TCP-LISTEN:0,bind=127.0.0.1,fork SYSTEM:'wc -c' 2>"$work/notes" &
    backend=$!
    pids+=("$backend")
    exec {notes}<"$work/notes"
    while read -r -t "$limit" -u "$notes" line; do
        case $line in *' listening on '*) backend_port=${line##*:} && break ;; esac
    done
    cat <&"$notes" >/dev/null & # all that it notes later
    exec {notes}<&-
}

tcp_proxy()
{
    local backend backend_port='' echo_port
    start behind echo_server 0
    echo_port=$port
    start proxy tcp_proxy 0 "localhost:$echo_port"
    be_silent "$port"
    ask "a line through tcp_proxy" "$port" 'hello\n' hello
    ask_socat "a line through tcp_proxy" "$port" 'hello\n' hello
    all_back "a megabyte through tcp_proxy" "$port"
    kill_one "a client of tcp_proxy that is killed" "$port" "hello, is anybody there?"
    two_hundred "two hundred at once, through tcp_proxy" "$port" 'client %' 'client %'
    many_socats "forty at once (socat), through tcp_proxy" "$port" 'client %' 'client %'
    stop proxy 'to the backend: +([0-9]) bytes; to clients: +([0-9]) bytes' ''
    silent_ends "a silent client of tcp_proxy" "a reset"
    stop behind 'sent back: +([0-9]) bytes' ''

    wc_backend
    start proxy_of_wc tcp_proxy 0 "127.0.0.1:$backend_port"
    ask "half a connection through tcp_proxy" "$port" '12345' 5
    ask_socat "half a connection through tcp_proxy" "$port" '1234567\n' 8
    stop proxy_of_wc 'to the backend: 13 bytes; to clients: 4 bytes' ''
    kill "$backend"
    wait "$backend" 2>/dev/null
    unset "pids[-1]"

    start proxy_of_none tcp_proxy 0 127.0.0.1:1
    ask "no backend" "$port" '' ''
    ask "no backend, again" "$port" '' ''
    stop proxy_of_none 'to the backend: 0 bytes; to clients: 0 bytes' \
        "$(yes 'tcp_proxy: no backend: Connection refused' | head -n 2)"
}

kv_store()
{
    start kv kv_store 0
    be_silent "$port"
    ask "kv_store: lines that come together" "$port" 'COUNT\nSET a 1 2\nGET a\nDEL a\nDEL a\nGET a\nCOUNT\n' \
        "$(printf 'OK 0\nOK\nOK 1 2\nOK\nERROR no such key\nERROR no such key\nOK 0')"
    ask "kv_store: what is no command" "$port" 'FLY\n\nSET a\n' \
        "$(yes 'ERROR SET key value, GET key, DEL key, COUNT or QUIT' | head -n 3)"
    ask "kv_store: half a line" "$port" 'SET a 1\nSET a 100' OK
    ask_socat "kv_store: only the whole line counts" "$port" 'GET a\nDEL a\n' "$(printf 'OK 1\nOK')"

    ends "kv_store: QUIT" "$port" 'COUNT\nQUIT\nCOUNT\n' "$(printf 'OK 0\nOK')"
    ends "kv_store: a line that is too long" "$port" "$(printf 'SET a %06000d' 0)" "ERROR a line has 512 bytes at most"
    kill_one "a client of kv_store that is killed" "$port" "COUNT"
    two_hundred "two hundred at once set keys" "$port" 'SET key-% value %' OK
    many_socats "forty at once (socat) get them" "$port" 'GET key-%' 'OK value %'
    ask "kv_store: all keys are there" "$port" "COUNT\n$(printf 'GET key-%s\\n' {0..199})" \
        "OK 200$(printf '\nOK value %s' {0..199})"
    stop kv '' ''
    silent_ends "a silent client of kv_store" "an end"
}

shopt -s extglob
for name in echo_server tcp_proxy kv_store; do
    build "$name"
done
echo_server
limits
tcp_proxy
kv_store
echo "$checks checks: netcat, socat and bash talk to three servers ($variant)"
