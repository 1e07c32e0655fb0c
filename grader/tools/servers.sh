# shellcheck shell=bash
# servers.sh: sourced by the scripts in which programs of others talk to the servers among the examples. It sets `variant` and `work`; `limit`, the
# seconds that each program has, and `files`, the descriptors of each server, may be set before.
#
# A server gets port 0, prints 127.0.0.1:PORT once it listens, and must end by itself when its standard input does. Built with asan it ends
# with another status than 0 if it leaks, or uses what it has given back.
#
# Nothing hangs: each program has a limit of time, which is only reached where something is wrong. `expect` says which check failed, and ends
# the script. No process is ended but those that were started here.
variant=${1-asan}
limit=${limit-20}
files=${files-$(ulimit -S -n)}
work=$(mktemp -d)
pids=() # what was started here, and not waited for yet
checks=0

finish()
{
    [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null
    wait
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

# Texts are shown as bash would quote them, and not in full length.
shown()
{
    local text=$1
    [ ${#text} -le 300 ] || text="${text:0:300} ... (${#text} characters)"
    printf %q "$text"
}

# expect WHAT SENT EXPECTED CAME
expect()
{
    checks=$((checks + 1))
    [ "$3" != "$4" ] || return 0
    printf 'clients: %s\n    sent:     %s\n    expected: %s\n    came:     %s\n' "$1" "$(shown "$2")" "$(shown "$3")" "$(shown "$4")"
    tail -n 20 -v "$work"/*.err 2>/dev/null
    exit 1
}

bounded()
{
    timeout -k 5 "$limit" "$@"
}

# begun PID, over PID: what finish ends, if it comes to that
begun()
{
    pids+=("$1")
}
over()
{
    local pid left=()
    for pid in "${pids[@]}"; do
        [ "$pid" = "$1" ] || left+=("$pid")
    done
    pids=("${left[@]}")
}

build() # NAME
{
    local came
    came=$(timeout -k 5 300 make -s run EXAMPLE="$1" VARIANT="$variant" 2>&1) # builds it, and runs it alone
    expect "$1 alone, status $?" "" "$(cat "runtime/examples/$1.expected")" "$came"
    cp "build/examples/$1" "$work/" # another step may build it anew meanwhile
}

# start NAME PROGRAM ARGUMENT...: sets `port`, once the server listens, and "NAME" in the tables below
declare -A server_pid input output
start()
{
    local name=$1 in out address=
    shift
    mkfifo "$work/$name.in" "$work/$name.out"
    # its own limit is the longest of all: in a machine that is busy the clients take their time
    (ulimit -S -n "$files" && exec timeout -k 5 300 "$work/$1" "${@:2}") \
        <"$work/$name.in" >"$work/$name.out" 2>"$work/$name.err" &
    server_pid[$name]=$!
    begun $!
    exec {in}>"$work/$name.in" {out}<"$work/$name.out"
    input[$name]=$in output[$name]=$out
    read -r -t "$limit" -u "$out" address
    port=${address#127.0.0.1:}
    case $port in '' | *[!0-9]*) expect "$name begins" "$*" "127.0.0.1:PORT" "$address" ;; esac
}

# stop NAME STDOUT STDERR: its input ends, and so does it; what it printed is a pattern of [[ == ]]. The one that was started last goes first,
# since those that were started later have inherited its input.
stop()
{
    local name=$1 in=${input[$1]} out=${output[$1]} pid=${server_pid[$1]} status printed complained
    exec {in}>&-
    printed=$(bounded cat <&"$out") || kill "$pid" # it does not end
    wait "$pid"
    status=$?
    exec {out}<&-
    over "$pid"
    complained=$(cat "$work/$name.err")
    expect "the status of $name" "the end of its input" 0 "$status"
    # shellcheck disable=SC2053 # patterns
    [[ $printed == $2 ]] || expect "what $name prints at its end" "the end of its input" "$2" "$printed"
    # shellcheck disable=SC2053
    [[ $complained == $3 ]] || expect "what $name complains of" "all of the above" "$3" "$complained"
    checks=$((checks + 2))
}
