#!/bin/sh
# links.sh DIR: every link in the HTML under DIR, and in the repository's Markdown, leads to what exists.
#
# Checked: href and src in *.html and *.svg under DIR; [text](target), [name]: target, href and src in *.md.
# The file must exist, under DIR or in the repository, and so must the #anchor, in HTML and Markdown.
# Not checked: links with a scheme (https:, mailto:), links that scripts make, and Doxygen's @ref.
#
# Exit: 1 a link leads nowhere; 2 called wrongly.
set -eu
LC_ALL=C
export LC_ALL

if [ $# != 1 ] || [ ! -d "$1" ]; then
    echo "usage: links.sh DIR, a directory of HTML" >&2
    exit 2
fi
pages=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The facts, one a line, with tabs between:
#   file PATH | anchor PATH NAME | link PATH LINE TARGET; PATH begins with "html/" or "repository/"

known_files()
{
    git ls-files --cached --others --exclude-standard 2>/dev/null || find . -type f ! -path './.git/*' ! -path './build/*' | sed 's|^\./||'
}

known_files | while IFS= read -r file; do
    [ ! -f "$file" ] || printf '%s\n' "$file"
done >"$scratch/files"

# A record is what follows a "<": a tag, then text.
cat >"$scratch/html.awk" <<'END'
    BEGIN { RS = "<"; OFS = "\t" }
    FNR == 1 { line = 1; hidden = "" }
    {
        if (hidden == "" && /^!--/)
            hidden = "-->"
        if (hidden == "" && match($0, /^[A-Za-z][A-Za-z0-9]*([^"'>]|"[^"]*"|'[^']*')*>/))
            read_tag(substr($0, 1, RLENGTH))
        if (hidden != "" && index("<" $0, hidden))
            hidden = ""
        else if (tolower($0) ~ /^script[ >]/)
            hidden = "</script"
        line += gsub(/\n/, "")
    }
    function read_tag(tag,    name, value, at, is_a) {
        is_a = tolower(tag) ~ /^a[ \t\n]/
        at = line
        while (match(tag, /[ \t\n](xlink:)?(href|src|id|name)[ \t\n]*=[ \t\n]*("[^"]*"|'[^']*')/)) {
            name = substr(tag, 1, RSTART)
            at += gsub(/\n/, "", name)
            value = substr(tag, RSTART + 1, RLENGTH - 2)
            tag = substr(tag, RSTART + RLENGTH)
            name = value
            sub(/[ \t\n]*=.*/, "", name)
            sub(/^[^"']*["']/, "", value)
            gsub(/[\t\n]/, " ", value)
            gsub(/&amp;/, "\\&", value)
            gsub(/&quot;|&#34;/, "\"", value)
            if (name == "href" || name == "src" || (name == "xlink:href" && is_a))
                print "link", place FILENAME, at, value
            else if (name == "id" || is_a)
                print "anchor", place FILENAME, value
        }
    }
END

cat >"$scratch/markdown.awk" <<'END'
    BEGIN { OFS = "\t" }
    FNR == 1 { fenced = 0; split("", times) }
    /^[ ]*(```|~~~)/ { fenced = !fenced; next }
    fenced { next }
    /^#+ / { heading($0) }
    {
        gsub(/`[^`]*`/, "")
        while (match($0, /\]\([^()]*(\([^()]*\)[^()]*)*\)/)) {
            target = substr($0, RSTART + 2, RLENGTH - 3)
            $0 = substr($0, RSTART + RLENGTH)
            sub(/[ \t]+["'(].*$/, "", target)
            gsub(/^[ <]+|[ >]+$/, "", target)
            print "link", place FILENAME, FNR, target
        }
        if (/^ ? ? ?\[[^]^][^]]*\]:[ \t]*[^ \t]/) {
            sub(/^[^]]*\]:[ \t]*/, "")
            print "link", place FILENAME, FNR, $1
        }
    }
    # The anchor that a heading gets: as GitHub makes it, or Doxygen's {#name}.
    function heading(text,    slug) {
        if (match(text, /\{#[^}]+\}/)) {
            print "anchor", place FILENAME, substr(text, RSTART + 2, RLENGTH - 3)
            text = substr(text, 1, RSTART - 1)
        }
        sub(/^#+ +/, "", text)
        sub(/[ #]+$/, "", text)
        slug = tolower(text)
        gsub(/\]\([^)]*\)/, "", slug)
        gsub(/[^a-z0-9_ \200-\377-]/, "", slug)
        gsub(/ /, "-", slug)
        print "anchor", place FILENAME, times[slug]++ ? slug "-" times[slug] - 1 : slug
    }
END

markdown()
{
    grep '\.md$' "$scratch/files" | tr '\n' '\0' | xargs -0 -r awk -v place=repository/ "$@"
}

{
    (
        cd "$pages"
        find . -type f | sed 's|^|file	html/|'
        find . \( -name '*.html' -o -name '*.svg' \) -exec awk -v place=html/ -f "$scratch/html.awk" {} +
    ) | sed 's|	html/\./|	html/|'
    sed 's|^|file	repository/|' "$scratch/files"
    markdown -f "$scratch/markdown.awk"
    markdown -f "$scratch/html.awk"
} >"$scratch/facts"

awk -F '\t' '
    function wrong(what) { print "links: " shown($2) ":" $3 ": " $4 ": " what >"/dev/stderr"; bad++ }
    function shown(path) { sub(/^repository\//, "", path); sub(/^html\//, pages "/", path); return path }

    # %41 is A
    function decoded(text,    result, code) {
        while (match(text, /%[0-9A-Fa-f][0-9A-Fa-f]/)) {
            code = index(digits, tolower(substr(text, RSTART + 1, 1))) * 16 - 16 + \
                   index(digits, tolower(substr(text, RSTART + 2, 1))) - 1
            result = result substr(text, 1, RSTART - 1) sprintf("%c", code)
            text = substr(text, RSTART + 3)
        }
        return result text
    }

    # PATH of TARGET, seen from the file BASE; "" if it leaves the tree.
    function resolved(base, target,    count, part, result, i, depth) {
        sub(/[^\/]*$/, "", base)
        count = split(base target, part, "/")
        for (i = 1; i <= count; i++)
            if (part[i] == "..")
                depth--
            else if (part[i] != "." && part[i] != "")
                part[++depth] = part[i]
        if (depth < 1 || part[1] != substr(base, 1, index(base, "/") - 1))
            return ""
        for (i = 1; i <= depth; i++)
            result = result (i > 1 ? "/" : "") part[i]
        return result
    }

    BEGIN { digits = "0123456789abcdef" }
    NR == FNR && $1 == "file" {
        files[$2]
        for (path = $2; sub(/\/[^\/]*$/, "", path);)
            directories[path]
    }
    NR == FNR && $1 == "anchor" { anchors[$2, $3] }
    NR == FNR { next }
    $1 != "link" { next }

    { links++; seen[$2]; path = anchor = $4 }
    $4 ~ /^([A-Za-z][A-Za-z0-9+.-]*:|\/\/|[@\\]ref )/ { next }
    {
        sub(/[#?].*/, "", path)
        if (!sub(/^[^#]*#/, "", anchor))
            anchor = ""
        path = path == "" ? $2 : path ~ /^\// ? "" : resolved($2, decoded(path))
        if (path in directories && (path "/index.html") in files)
            path = path "/index.html"
        if (path == "")
            wrong("leads out of the tree")
        else if (!(path in files) && !(path in directories && path ~ /^repository/))
            wrong("no such file")
        else if (anchor != "" && anchor != "top" && path ~ /\.(html|svg|md)$/ && !((path, anchor) in anchors) && \
                 !((path, decoded(anchor)) in anchors))
            wrong("no such anchor")
    }
    END {
        for (path in seen)
            count[path ~ /^html/]++
        if (bad)
            exit 1
        printf "links: %d links of %d pages and %d Markdown files lead somewhere\n", links, count[1], count[0]
    }' pages="$1" "$scratch/facts" "$scratch/facts"
