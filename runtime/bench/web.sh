#!/usr/bin/env bash
# web.sh [SECONDS [ROUNDS]]: requests a second of the example file_server, and of nginx: 64 connections, a file of 16 KiB.
#
# Both serve the same folder with as many workers (WORKERS, 1), pinned to the same processors (SERVER_CPUS, "0"), with sendfile and without a
# log; wrk has others (CLIENT_CPUS, "1"). Rounds alternate, so that what the machine does beside them is in all alike. Of nginx both
# settings of tcp_nopush are measured: with it, as here by MSG_MORE, an answer's head and file share their packets.
#
# It needs: nginx-light, wrk. Exit: 1 something failed in a round, or is missing.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
seconds=${1-3}
rounds=${2-5}
workers=${WORKERS-1}
server_cpus=${SERVER_CPUS-0}
client_cpus=${CLIENT_CPUS-1}
[ "$(id -u)" = 0 ] && user='user root;' || user=
for tool in nginx wrk taskset; do
    command -v "$tool" >/dev/null || { echo "web: $tool is missing" >&2; exit 1; }
done
work=$(mktemp -d)
started=()
finish()
{
    [ ${#started[@]} = 0 ] || kill "${started[@]}" 2>/dev/null || :
    wait
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

mkdir "$work/site"
head -c 16384 /dev/urandom >"$work/site/file"
make -s lib >/dev/null
# shellcheck disable=SC2046 # words
gcc -std=gnu11 -D_GNU_SOURCE -O2 -pthread -Iruntime/include -o "$work/file_server" runtime/examples/file_server.c \
    $(grader/tools/example.sh file_server) build/lib/libweft.a $(sed -n 's/^FACADE_LIBRARIES := //p' runtime/modules.mk)

mkfifo "$work/in" "$work/out"
taskset -c "$server_cpus" "$work/file_server" 0 "$work/site" "$workers" <"$work/in" >"$work/out" &
started+=($!)
exec {in}>"$work/in" {out}<"$work/out"
read -r -t 10 -u "$out" address
declare -A at=([weft]=$address)

# A port that is free: nginx takes no 0.
free_port()
{
    local port
    for ((port = 18080 + $1 * 100; port < 18180 + $1 * 100; port++)); do
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
    return 1
}
number=0
for nopush in off on; do
    number=$((number + 1))
    port=$(free_port $number)
    mkdir "$work/nginx-$nopush"
    cat >"$work/nginx-$nopush/conf" <<END
$user
worker_processes $workers;
daemon off;
pid $work/nginx-$nopush/pid;
error_log $work/nginx-$nopush/errors;
events { worker_connections 1024; }
http {
    access_log off;
    sendfile on;
    tcp_nopush $nopush;
    keepalive_requests 100000000;
    $(for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $work/nginx-$nopush/$kind;"; done)
    server { listen 127.0.0.1:$port; root $work/site; }
}
END
    taskset -c "$server_cpus" nginx -c "$work/nginx-$nopush/conf" -e "$work/nginx-$nopush/errors" &
    started+=($!)
    at[nginx-$nopush]=127.0.0.1:$port
    for ((i = 0; i < 100; i++)); do
        if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
        sleep 0.05
    done
done

for ((round = 0; round <= rounds; round++)); do # round 0 warms up, and does not count
    for server in weft nginx-off nginx-on; do
        taskset -c "$client_cpus" wrk -t1 -c64 -d"$seconds" "http://${at[$server]}/file" >"$work/said"
        if grep -E 'Non-2xx|Socket errors' "$work/said"; then
            echo "web: $server failed" >&2
            exit 1
        fi
        [ "$round" = 0 ] || awk -v server="$server" '/^Requests\/sec/ { print server, $2 }' "$work/said" >>"$work/results"
    done
done
sort -k1,1 -k2,2n "$work/results" | awk -v workers="$workers" -v rounds="$rounds" -v seconds="$seconds" '
    { values[$1, ++count[$1]] = $2 }
    END {
        printf "%-10s %12s %12s %12s   requests a second, %d rounds of %d s, %d workers\n", "", "median", "lowest", "highest", rounds, seconds, workers
        for (server in count) {
            median[server] = values[server, int((count[server] + 1) / 2)]
            printf "%-10s %12.0f %12.0f %12.0f\n", server, median[server], values[server, 1], values[server, count[server]]
        }
        best = median["nginx-off"] > median["nginx-on"] ? median["nginx-off"] : median["nginx-on"]
        printf "weft has %.2f of the better nginx\n", median["weft"] / best
    }'
exec {in}>&- {out}<&-
