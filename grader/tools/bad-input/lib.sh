# shellcheck shell=bash disable=SC2034
# lib.sh: what the parts of bad-input.sh are written with. Sourced by part.sh, in a copy of the tree.

# expect STATUS TEXT COMMAND...
expect()
{
    local want=$1 text=$2 got output
    shift 2
    cases=$((cases + 1))
    output=$(timeout 240 "$@" 2>&1 </dev/null)
    got=$?
    if [ "$got" != "$want" ] || ! grep -qF -- "$text" <<<"$output"; then
        failures=$((failures + 1))
        printf 'status %s instead of %s, or no "%s":\n  %s\n%s\n\n' "$got" "$want" "$text" "$*" "$(head -n 20 <<<"$output")"
    fi
}

# submission NAME: a fresh copy of the solution in $work/NAME
submission()
{
    rm -rf "${work:?}/$1"
    mkdir -p "$work/$1"
    cp -r solutions/01-futures "$work/$1/"
    rm -f "$work/$1"/01-futures/*.md
}

# run STATUS TEXT NAME [FLAGS]: grades that submission
run() { expect "$1" "$2" "$grade" run 01 --variants plain --seed 1 --from "$work/$3" "${@:4}"; }

# one NAME STATUS TEXT [FLAGS]: that submission in all variants, but one test only
one() { expect "$2" "$3" "$grade" run 01 --seed 1 --from "$work/$1" --test ready_at_once "${@:4}"; }

# holds WORD...: a condition of its own
holds()
{
    cases=$((cases + 1))
    "${@:2}" || { failures=$((failures + 1)); printf 'it does not hold: %s\n' "$1"; }
}

# No name that a person passes is a program: neither make nor a shell expands it, wherever it is used, exported or handed on.
# Each command meets each of these names in every variable at once, as arguments of make and in the environment; then with a
# lab or a pick that is there, so that it comes as far as the others. Each would leave the file $ran.
ran=$work/ran
hostile=(
    "\$(shell touch $ran)\`touch $ran\`\$(touch $ran)" "\$\$(touch $ran)" "'; touch $ran; '\"; touch $ran; \"" "-x; touch $ran #%"
    "--eval=\$(shell touch $ran)" $'x\n'"touch $ran"$'\n'"--eval=\$(shell touch $ran)" "a[\$(touch $ran)]" $'\xff'"\`touch $ran\`"
)
# hostile_names COMMAND [NAME=VALUE]...: the values stand in place of a hostile one
hostile_names()
{
    local name variable words
    for name in "${hostile[@]}"; do
        words=()
        for variable in LAB FROM OWN TEST TOKEN SEED DEEP SANDBOX FILE EXAMPLE VARIANT HINT RUNS ROUNDS GROUP LABS MINE QUICK LONG FRESH FUNCTION ALL BUG WEAKEN SECONDS; do
            words+=("$variable=$name")
        done
        words+=("PREFIX=$work/$name" "DESTDIR=$work/$name" "${@:2}")
        cases=$((cases + 2))
        timeout 120 make -s "$1" "${words[@]}" >"$work/said" 2>&1 </dev/null
        env "${words[@]}" timeout 120 make -s "$1" >>"$work/said" 2>&1 </dev/null
        if [ -e "$ran" ]; then
            failures=$((failures + 1))
            printf 'make %s runs the name %q\n' "$*" "$name"
            rm -f "$ran"
        fi
    done
}
