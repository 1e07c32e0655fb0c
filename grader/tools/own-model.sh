#!/usr/bin/env bash
# own-model.sh PROGRAM OPTION... -- [NAME]: explore a person's models as they are compiled, and those that pass as they are written.
#
# What the optimiser removes, a read whose value nobody uses or one of two writes, stands in the text all the same, and C makes no
# exception for it: it may race. So PROGRAM-as-written, compiled without optimisation, explores each model that passed, and says
# something only where one fails.
# Exit: PROGRAM's status; 1 where a model fails as it is written.
set -u -o pipefail
program=$1
case " $* " in *" --replay "* | *" --weaken "*) exec "$@" ;; esac
said=$(mktemp)
trap 'rm -f "$said" "$said.written"' EXIT
"$@" | tee "$said"
status=${PIPESTATUS[0]}
mapfile -t passed < <(awk '$1 == "ok" { print $2 }' "$said")
[ ${#passed[@]} -gt 0 ] || exit "$status"

options=()
for word in "${@:2}"; do
    [ "$word" != -- ] || break
    options+=("$word")
done
"$program-as-written" "${options[@]}" -- "${passed[@]}" >"$said.written"
[ $? = 1 ] || exit "$status" # too many steps now: it was explored as it is compiled
echo
echo "As it is written, with what the optimiser has removed ($program-as-written):"
awk '!/^    / { ok = /^ok / } !ok' "$said.written"
exit 1
