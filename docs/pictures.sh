#!/bin/sh
# pictures.sh OUT FOLDER...: the SVG pictures under the folders, all in the folder OUT, each with the letters it needs.
#
# Where the font of a picture is missing, a browser takes another one, whose letters may be wider than their box. So each
# picture of the site brings Liberation, which is as wide as Helvetica: only the letters that occur in a picture.
# Doxygen puts all pictures into one folder: of two with one name, one would be shown in place of the other.
#
# Exit: 1 two pictures have one name, or a picture has a font that is not known here; 2 called wrongly.
set -eu
if [ $# -lt 2 ]; then
    echo "usage: pictures.sh OUT FOLDER..." >&2
    exit 2
fi
out=$1
shift
fonts=/usr/share/fonts/truetype/liberation
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
rm -rf "$out"
mkdir -p "$out"

find "$@" -name '*.svg' | sort >"$scratch/pictures"
sed 's|.*/||' "$scratch/pictures" | sort | uniq -d | while IFS= read -r name; do
    echo "docs: two pictures have one name, so one page would show the picture of the other. Rename all but one:"
    grep "/$name\$" "$scratch/pictures"
done >"$scratch/equal"
if [ -s "$scratch/equal" ]; then
    cat "$scratch/equal" >&2
    exit 1
fi

# face FAMILY WEIGHT FILE: a line of CSS with the font in it
face()
{
    pyftsubset "$fonts/$3" --text-file="$scratch/letters" --flavor=woff2 --no-hinting --drop-tables+=FFTM \
        --output-file="$scratch/font"
    printf '@font-face{font-family:"%s";font-weight:%s;src:url(data:font/woff2;base64,%s)}\n' \
        "$1" "$2" "$(base64 -w 0 "$scratch/font")"
}

tr '\n' '\0' <"$scratch/pictures" | xargs -0 cat | sed 's/<[^>]*>//g' >"$scratch/letters"
face Picture normal LiberationSans-Regular.ttf >"$scratch/faces"
face Picture bold LiberationSans-Bold.ttf >>"$scratch/faces"
face "Picture Mono" normal LiberationMono-Regular.ttf >"$scratch/mono"
face "Picture Mono" bold LiberationMono-Bold.ttf >>"$scratch/mono"

while IFS= read -r picture; do
    drawn=$out/${picture##*/}
    awk -v faces="$scratch/faces" -v mono="$scratch/mono" '
        function copy(file,    line)
        {
            while ((getline line <file) > 0)
                print line
            close(file)
        }
        NR == FNR { uses_mono = uses_mono || /font-family="monospace"/; next }
        { gsub(/font-family="Helvetica,/, "font-family=\"Picture, Helvetica,") }
        { gsub(/font-family="monospace"/, "font-family=\"Picture Mono, monospace\"") }
        { print }
        /<\/desc>/ {
            print "<style>"
            copy(faces)
            if (uses_mono)
                copy(mono)
            print "</style>"
        }' "$picture" "$picture" >"$drawn"
    if grep -o 'font-family="[^"]*"' "$drawn" | grep -v '"Picture' >&2 || ! grep -q '<style>' "$drawn"; then
        echo "docs: $picture: wanted a <desc>, and as fonts 'Helvetica, Arial, sans-serif' and 'monospace' only" >&2
        exit 1
    fi
done <"$scratch/pictures"
