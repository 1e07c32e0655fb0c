#!/bin/sh
# test.sh: what docs/build.sh relies on finds what it must find.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

wrong()
{
    echo "docs: $1" >&2
    exit 1
}

# --- pictures.sh ---

picture()
{
    mkdir -p "$scratch/$1"
    echo "<svg font-family=\"$2\"><desc>one</desc><text>a</text></svg>" >"$scratch/$1/picture.svg"
}

picture one "Helvetica, Arial, sans-serif"
docs/pictures.sh "$scratch/out" "$scratch/one" || wrong "pictures.sh refuses a picture"
grep -q '@font-face' "$scratch/out/picture.svg" || wrong "a picture has no font"
picture two "Helvetica, Arial, sans-serif"
! docs/pictures.sh "$scratch/out" "$scratch/one" "$scratch/two" 2>/dev/null || wrong "two pictures may have one name"
picture one "Comic Sans"
! docs/pictures.sh "$scratch/out" "$scratch/one" 2>/dev/null || wrong "a picture may have a font that it does not bring"

# --- filter.awk: fields ---

cat >"$scratch/fields.h" <<'END'
/**
 * Frobs: a name that no list has.
 *        Deeper: goes on.
 * Two words: any. Cost: O(1).
 * So this is: prose.
 */
END
awk -f docs/facts.awk -f docs/filter.awk "$scratch/fields.h" >"$scratch/seen"
cat >"$scratch/wanted" <<'END'
/**
 * @label{Frobs} a name that no list has.
 *        Deeper: goes on.
 * @label{Two words} any. @label{Cost} O(1).
 * So this is: prose.
 */
END
diff "$scratch/wanted" "$scratch/seen" >&2 || wrong "filter.awk makes other fields"

# --- headers: what a page shows alone cannot point to its surroundings ---

! grep -nE '(see|[Aa]s) (above|below)' runtime/include/weft/*.h runtime/include/weft/*/*.h >&2 ||
    wrong "a page shows these comments alone: name what they mean"

# --- filter.awk: from one handout to the next ---

awk -f docs/facts.awk -f docs/filter.awk labs/02-async/README.md >"$scratch/handout"
[ "$(grep -c '@ref lab_01 .*@ref labs .*@ref lab_03 ' "$scratch/handout")" = 2 ] ||
    wrong "a handout does not lead to the one before and the one after, above and below"
