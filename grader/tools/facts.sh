# shellcheck shell=sh
# facts.sh: what the course consists of, as the grader lists it (grader/src/list.h). To be sourced, in the tree's top.

if ! facts=$(build/weft-grade list --table); then
    echo "without the grader there are no facts of the course: make grader" >&2
    exit 2
fi

# labs [STATE]: those that are built, or beside them (EXERCISES in modules.mk, if there are any), or planned
labs()
{
    printf '%s\n' "$facts" | awk -F '\t' -v state="${1:-built}" '$1 == "lab" && $3 == state { print $2 }'
}

# kind LAB: modules, or another word of modules.mk
kind()
{
    printf '%s\n' "$facts" | awk -F '\t' -v lab="$1" '$1 == "lab" && $2 == lab { print $4 }'
}

# files LAB write|given|headers: its words of that kind
files()
{
    printf '%s\n' "$facts" | awk -F '\t' -v lab="$1" -v kind="$2" '$1 == "file" && $2 == lab && $3 == kind { print $4 }'
}

# given: the files of the bottom layer
given()
{
    printf '%s\n' "$facts" | awk -F '\t' '$1 == "given" { print $2 }'
}
