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

function median(name, program, allocator,    i, j, held, count, values)
{
    count = rounds[name, program, allocator]
    for (i = 1; i <= count; i++)
        values[i] = figures[name, program, allocator, i]
    for (i = 2; i <= count; i++) {
        held = values[i]
        for (j = i - 1; j >= 1 && values[j] > held; j--)
            values[j + 1] = values[j]
        values[j + 1] = held
    }
    return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
}

function ratio(name, allocator, own,    i, one, lowest, highest)
{
    for (i = 1; i <= rounds[name, "tokio", allocator]; i++) {
        one = figures[name, "tokio", allocator, i] / figures[name, "weft", own, i]
        if (i == 1 || one < lowest)
            lowest = one
        if (i == 1 || one > highest)
            highest = one
    }
    return sprintf("%6.2f (%.2f to %.2f)", median(name, "tokio", allocator) / median(name, "weft", own), lowest, highest)
}

FILENAME ~ /benchmarks.txt$/ {
    if ($0 !~ /^(#|$)/) {
        split($0, words, " ")
        unit[words[2]] = words[5]
        title[words[2]] = $0
        sub(/^([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)/, "", title[words[2]])
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
        printf "%-32s %5s %-9s %9.1f %9.1f %9.1f   %-22s   %s\n", title[name], unit[name], allocator, median(name, "weft", allocator),
            median(name, "weft", "own"), median(name, "tokio", allocator), ratio(name, allocator, allocator), ratio(name, allocator, "own")
    }
}
