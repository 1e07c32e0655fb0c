# allocators.awk: benchmarks.txt and allocators.tsv -> the table of what allocators do to both runtimes.
#
# allocators.tsv has a line a figure: name, program, allocator, round, figure; "own" is our block cache. A ratio is made of the
# medians; behind it stand the lowest and the highest of the rounds, each of two figures that were taken one after the other.

BEGIN {
    FS = "\t"
    print "The same allocator under both, by LD_PRELOAD; and ours with its own. A ratio is Tokio's figure over ours."
    print ""
    printf "%-32s %5s %-9s %9s %9s %9s   %-22s   %s\n", "", "", "allocator", "ours", "ours, own", "Tokio", "  the same under both",
        "  ours with its own"
}

FILENAME ~ /benchmarks.txt$/ {
    if ($0 !~ /^(#|$)/) {
        split($0, words, " ")
        unit[words[2]] = words[5]
        title[words[2]] = title_of($0)
    }
    next
}

{
    figures[$1, $2, $3, $4] = $5
    rounds[$1, $2, $3]++
    if ($3 != "own" && !(($1, $3) in seen)) {
        seen[$1, $3] = 1
        order[++lines] = $1 SUBSEP $3
    }
}

END {
    for (i = 1; i <= lines; i++) {
        split(order[i], part, SUBSEP)
        name = part[1]
        allocator = part[2]
        ours = name SUBSEP "weft" SUBSEP allocator
        own = name SUBSEP "weft" SUBSEP "own"
        tokio = name SUBSEP "tokio" SUBSEP allocator
        printf "%-32s %5s %-9s %9.1f %9.1f %9.1f   %-22s   %s\n", title[name], unit[name], allocator, middle_of(figures, ours),
            middle_of(figures, own), middle_of(figures, tokio), ratio_of(figures, tokio, ours), ratio_of(figures, tokio, own)
    }
}
