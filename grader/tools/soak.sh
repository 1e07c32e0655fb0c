#!/usr/bin/env bash
# soak.sh LAB [RUNS [SECONDS]]: grade the solution of a lab again and again while the machine is busy. It must pass each time: a
#                     single failure is a flaky test, or a race in the reference. After SECONDS no further run begins.
#
# The load is bounded in time and ends with this script. No failure in 100 runs bounds the rate of false
# failures below 3 % (with 95 % confidence), and says no more.
set -u
cd "$(dirname "$0")/../.."

lab=${1:?usage: soak.sh LAB [RUNS [SECONDS]]}
runs=${2:-100}
seconds=${3:-7000} # the load ends by itself
workers=16
case $runs in *[!0-9]* | '' | 0*) echo "soak: RUNS is a number from 1 on, not '$runs'" >&2; exit 2 ;; esac

stress-ng --quiet --cpu "$workers" --timeout 7200 &
load=$!
trap 'kill $load 2>/dev/null; wait $load 2>/dev/null' EXIT
trap 'exit 130' INT TERM

failures=0
done=0
seeds=
report=build/soak-report.txt
start=$(date +%s)
for run in $(seq "$runs"); do
    [ $done = 0 ] || [ $(($(date +%s) - start)) -lt "$seconds" ] || break
    done=$run
    seed=$((RANDOM * 32768 + RANDOM))
    [ -t 1 ] && printf '\r\033[K%s: run %d of %d, %d failed' "$lab" "$run" "$runs" "$failures"
    if ! build/weft-grade run --from solutions --seed "$seed" -- "$lab" >"$report" 2>&1; then
        if grep -F 'weft-grade: there is no lab' "$report" >&2; then
            exit 2
        fi
        failures=$((failures + 1))
        seeds="$seeds $seed"
        cp "$report" "build/soak-failure-$seed.txt"
    fi
done
[ -t 1 ] && printf '\r\033[K'
echo "$(date +%F), lab $lab: $((done - failures)) of $done runs passed under stress-ng --cpu $workers on $(nproc) cores," \
    "$(($(date +%s) - start)) s${seeds:+; failing seeds:$seeds (build/soak-failure-*.txt)}"
[ "$failures" = 0 ]
