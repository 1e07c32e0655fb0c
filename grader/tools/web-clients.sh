#!/usr/bin/env bash
# web-clients.sh [VARIANT]: the examples file_server and tls_echo, spoken to by programs that others wrote: curl, ab and openssl s_client.
#
# That our clients and our servers agree shows little: here the other side is known to be right, or is cut off, slow, silent or hostile.
# See servers.sh for how servers are started, and what is asked of their ends. Exit: 1 something came that should not have.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=grader/tools/servers.sh
. grader/tools/servers.sh

# --- file_server ---

make_site()
{
    site=$work/site
    mkdir -p "$site/below" "$work/secret"
    echo 'hello, index' >"$site/index.html"
    echo 'hello, below' >"$site/below/index.html"
    head -c 16384 <(yes "16 KiB") >"$site/16k.txt"
    head -c 5242880 <(seq 0 2000000) >"$site/5m.bin"
    : >"$site/empty.css"
    echo 'out of the folder' >"$work/secret/key"
    ln -s "$work/secret/key" "$site/link"
    ln -s ../secret "$site/folder-link"
    ln -s index.html "$site/inner-link"
}

# fetch WHAT EXPECTED CURL-ARGUMENT...: what curl prints
fetch()
{
    expect "$1" "curl ${*:3}" "$2" "$(bounded curl -sS --path-as-is "${@:3}" 2>&1)"
}

# raw TEXT: the status line of the first answer to bytes that curl would not send; the connection ends then
raw()
{
    local socket
    exec {socket}<>"/dev/tcp/127.0.0.1/$port" || return
    printf %b "$1" >&"$socket"
    bounded cat <&"$socket" | tr -d '\r'
    exec {socket}>&-
}

files_and_fields()
{
    local fields
    fetch "a folder" "hello, index" "$url/"
    fetch "a folder in it" "hello, below" "$url/below"
    fetch "a query" "hello, index" "$url/index.html?a=b"
    fetch "a link that stays inside" "hello, index" "$url/inner-link"
    fetch "an empty file" "200 0 text/css" -w '%{http_code} %{size_download} %{content_type}' "$url/empty.css"
    fetch "no such file" "404 text/plain" -o "$work/came" -w '%{http_code} %{content_type}' "$url/nothing"
    expect "its text" "$url/nothing" "404 Not Found" "$(cat "$work/came")"
    fetch "five megabytes" "200 5242880" -o "$work/came" -w '%{http_code} %{size_download}' "$url/5m.bin"
    expect "each byte of them" "$url/5m.bin" "" "$(cmp "$site/5m.bin" "$work/came" 2>&1)"
    fields=$(bounded curl -sSI "$url/16k.txt" | tr -d '\r')
    expect "HEAD: status" "curl -I" "HTTP/1.1 200 OK" "${fields%%$'\n'*}"
    expect "HEAD: length" "curl -I" "Content-Length: 16384" "$(grep '^Content-Length' <<<"$fields")"
    expect "HEAD: type" "curl -I" "Content-Type: text/plain; charset=utf-8" "$(grep '^Content-Type' <<<"$fields")"
    expect "a method that is not allowed" "POST" $'HTTP/1.1 405 Method Not Allowed\nAllow: GET, HEAD' \
        "$(bounded curl -sSi -d body "$url/" | tr -d '\r' | grep -E '^(HTTP|Allow)')"
}

connections()
{
    fetch "two files over one connection" "1 0 " -o "$work/came" -o "$work/came" -w '%{num_connects} ' "$url/16k.txt" "$url/index.html"
    fetch "a 304 keeps the connection" "1 0 0 " --etag-save "$work/etag" -o "$work/came" -w '%{num_connects} ' "$url/16k.txt" \
        --next -sS --etag-compare "$work/etag" -o "$work/came" -w '%{num_connects} ' "$url/16k.txt" \
        --next -sS -o "$work/came" -w '%{num_connects} ' "$url/"
    fetch "HTTP/1.0" "1 1 " -0 -o "$work/came" -o "$work/came" -w '%{num_connects} ' "$url/" "$url/"
    fetch "Connection: close" "1 1 " -H 'Connection: close' -o "$work/came" -o "$work/came" -w '%{num_connects} ' "$url/" "$url/"
    fetch "not modified" "304 0" --etag-compare "$work/etag" -o "$work/came" -w '%{http_code} %{size_download}' "$url/16k.txt"
    fetch "another file's ETag" "200" --etag-compare "$work/etag" -o "$work/came" -w '%{http_code}' "$url/5m.bin"
    expect "requests that come together" "three, of which the last closes" $'HTTP/1.1 200 OK\nHTTP/1.1 404 Not Found\nHTTP/1.1 200 OK' \
        "$(raw 'GET / HTTP/1.1\r\nHost: t\r\n\r\nHEAD /no HTTP/1.1\r\nHost: t\r\n\r\nGET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n' | grep ^HTTP)"
}

ranges()
{
    local range
    for range in 0-0 100-299 5242000- -100 5242879-9999999; do
        bounded curl -sS -r "$range" -o "$work/came.range" "file://$site/5m.bin" # what curl itself makes of it
        fetch "range $range" 206 -r "$range" -o "$work/came" -w '%{http_code}' "$url/5m.bin"
        expect "its bytes" "$range" "" "$(cmp "$work/came.range" "$work/came" 2>&1)"
    done
    expect "a range's field" "10-19" "Content-Range: bytes 10-19/5242880" \
        "$(bounded curl -sS -r 10-19 -o "$work/came" -D - "$url/5m.bin" | tr -d '\r' | grep '^Content-Range')"
    expect "a range behind the end" "5242880-" $'HTTP/1.1 416 Range Not Satisfiable\nContent-Range: bytes */5242880' \
        "$(bounded curl -sS -r 5242880- -o "$work/came" -D - "$url/5m.bin" | tr -d '\r' | grep -E '^(HTTP|Content-Range)')"
    fetch "two ranges at once" "200 16384" -r 0-1,5-6 -o "$work/came" -w '%{http_code} %{size_download}' "$url/16k.txt"
    fetch "a range of what has changed" "200 16384" -r 0-1 -H 'If-Range: "1-1"' -o "$work/came" -w '%{http_code} %{size_download}' "$url/16k.txt"
    head -c 2000000 "$site/5m.bin" >"$work/resumed"
    fetch "a download that goes on" 206 -C - -o "$work/resumed" -w '%{http_code}' "$url/5m.bin"
    expect "what it becomes" "curl -C -" "" "$(cmp "$site/5m.bin" "$work/resumed" 2>&1)"
}

hostile()
{
    local path
    for path in /../secret/key /below/../../secret/key /%2e%2e/secret/key /..%2fsecret%2fkey /.%2e/secret/key /below/%2e./..%2Fsecret/key \
        /./../secret/key //../secret/key "/$work/secret/key" "//$work/secret/key" "/%2f$work/secret/key" /link /folder-link/key \
        /%252e%252e/secret/key /..\\secret\\key /.../secret/key /index.html/../../secret/key /proc/self/root /index.html/; do
        fetch "a path that leads out" "404 Not Found404" -w '%{http_code}' "$url$path"
    done
    fetch "a NUL in a path" 400 -o "$work/came" -w '%{http_code}' "$url/index.html%00.png"
    fetch "half an escape" 400 -o "$work/came" -w '%{http_code}' "$url/%4"
    fetch "a head that is too long" 431 -H "X: $(printf %09000d 0)" -o "$work/came" -w '%{http_code}' "$url/"
    expect "no Host" "" "HTTP/1.1 400 Bad Request" "$(raw 'GET / HTTP/1.1\r\n\r\n' | head -n 1)"
    expect "lines that end otherwise" "" "HTTP/1.1 400 Bad Request" "$(raw 'GET / HTTP/1.0\n\n' | head -n 1)"
    expect "one line that ends otherwise" "" "HTTP/1.1 400 Bad Request" "$(raw 'GET / HTTP/1.0\nHost: t\r\n\r\n' | head -n 1)"
    expect "no version" "" "HTTP/1.1 400 Bad Request" "$(raw 'GET /\r\n\r\n' | head -n 1)"
    expect "another version" "" "HTTP/1.1 505 HTTP Version Not Supported" "$(raw 'GET / HTTP/3.0\r\nHost: t\r\n\r\n' | head -n 1)"
    expect "a head that is not there" "" "HTTP/1.1 400 Bad Request" "$(raw '\x16\x03\x01 GET\r\n\r\n' | head -n 1)"
}

# ab OPTION...: so many requests, and no failed one
ab_all()
{
    local said
    said=$(bounded ab -q -s "$limit" "$@" "$url/16k.txt" 2>&1)
    expect "ab $*" "$said" "Complete requests: $2, Failed requests: 0, Non-2xx responses: " \
        "Complete requests: $(awk '/^Complete/ { print $3 }' <<<"$said"), Failed requests: $(awk '/^Failed/ { print $3 }' <<<"$said"), Non-2xx responses: $(awk '/^Non-2xx/ { print $3 }' <<<"$said")"
}

together()
{
    local i
    ab_all -n 5000 -c 64 -k
    ab_all -n 1000 -c 64
    bounded curl -sSZ --parallel-max 8 -o "$work/came.#1" "$url/5m.bin?[1-8]" 2>"$work/parallel" || expect "eight downloads at once" "curl -Z" 0 $?
    for i in {1..8}; do
        expect "one of eight downloads at once" "$i" "" "$(cmp "$site/5m.bin" "$work/came.$i" 2>&1)"
    done
}

# killed PROGRAM...: it is killed when it has read a little of much
killed()
{
    local client unread came
    mkfifo "$work/unread"
    "$@" <&0 >"$work/unread" 2>/dev/null &
    client=$!
    begun "$client"
    exec {unread}<"$work/unread"
    came=$(bounded head -c 1000 <&"$unread" | wc -c)
    kill -KILL "$client"
    wait "$client" 2>/dev/null
    over "$client"
    exec {unread}<&-
    rm "$work/unread"
    expect "a client that is killed" "$*" 1000 "$came"
}

file_server()
{
    local silent half slow line status
    make_site
    start files file_server 0 "$site" 2
    url=http://127.0.0.1:$port
    exec {silent}<>"/dev/tcp/127.0.0.1/$port" {half}<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET / HTTP/1.1\r\nHo' >&"$half"
    bounded curl -sS --limit-rate 4k -o "$work/slow" "$url/16k.txt" & # beside all that follows
    slow=$!
    begun "$slow"
    files_and_fields
    connections
    ranges
    hostile
    killed curl -sS "$url/5m.bin"
    together
    printf 'GET /5m.bin HTTP/1.1\r\nHost: t\r\n\r\n' >"$work/question"
    # one that has ended its own side: what is sent to it later raises SIGPIPE
    killed nc -N 127.0.0.1 "$port" <"$work/question"
    fetch "afterwards" "hello, index" "$url/"
    wait "$slow"
    expect "a slow client's status" "curl --limit-rate" 0 $?
    over "$slow"
    expect "a slow client's bytes" "curl --limit-rate" "" "$(cmp "$site/16k.txt" "$work/slow" 2>&1)"
    read -r -t "$limit" -u "$half" line
    status=$?
    expect "the end of a client that does not go on" "half a head" "1 " "$status $line"
    exec {half}>&- {silent}>&-
    exec {silent}<>"/dev/tcp/127.0.0.1/$port" # and one that is there when the server ends
    stop files 'success; connections: 0; live bytes: 0' ''
    exec {silent}>&-
}

# --- tls_echo ---

# talk NAME ARGUMENT...: starts s_client, whose descriptors are `to` and `from`
talk()
{
    local name=$1
    mkfifo "$work/$name.to" "$work/$name.from"
    bounded openssl s_client -connect "127.0.0.1:$port" -quiet -no_ign_eof "${@:2}" <"$work/$name.to" >"$work/$name.from" 2>"$work/$name.log" &
    client=$!
    begun "$client"
    exec {to}>"$work/$name.to" {from}<"$work/$name.from"
}

# talk_ends: it says that it ends, and the server does
talk_ends()
{
    exec {to}>&-
    expect "what comes behind an echo" "$1" "" "$(bounded cat <&"$from")"
    exec {from}<&-
    wait "$client"
    expect "the status of s_client" "$1" 0 $?
    over "$client"
}

tls_echo()
{
    local version line certificate=$work/certificate silent
    start tls tls_echo 0
    exec {silent}<>"/dev/tcp/127.0.0.1/$port"
    bounded openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null | openssl x509 >"$certificate"
    for version in tls1_2 tls1_3; do
        talk "$version" "-$version" -CAfile "$certificate" -verify_return_error -verify_hostname localhost
        echo "hello, $version" >&"$to"
        line=
        read -r -t "$limit" -u "$from" line
        expect "a line by $version" "hello" "hello, $version" "$line"
        talk_ends "$version"
    done
    head -c 1048576 <(seq 0 2000000) >"$work/sent"
    talk megabyte
    bounded cat "$work/sent" >&"$to" &
    bounded head -c 1048576 <&"$from" >"$work/came"
    expect "a megabyte" "by s_client" "" "$(cmp "$work/sent" "$work/came" 2>&1)"
    talk_ends megabyte
    talk killed
    echo hello >&"$to"
    line=
    read -r -t "$limit" -u "$from" line
    kill -KILL "$client"
    wait "$client" 2>/dev/null
    over "$client"
    exec {to}>&- {from}<&-
    expect "a client that is killed" "hello" "hello" "$line"
    expect "a client that speaks no TLS" "" "" "$(raw 'GET / HTTP/1.0\r\n\r\n')"
    expect "a client whose TLS is wrong has an alert" "a record" "15 03" "$(raw '\x16\x03\x01\x00\x05hello' | od -An -tx1 -N2 | tr -s ' ' | sed 's/^ //')"
    stop tls 'success; live bytes: 0' ''
    exec {silent}>&-
}

for name in file_server tls_echo; do
    build "$name"
done
file_server
tls_echo
echo "$checks checks: curl, ab and openssl talk to two servers ($variant)"
