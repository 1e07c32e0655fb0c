# summary.awk: benchmarks.txt and rounds.tsv -> summary.tsv, a line for each benchmark and number of workers that was measured, in columns:
#
#    1 name   2 title   3 unit   4 workers   5 ratio to reach   6 limit of ours   7 peers (all, loops, tokio, none)   8 in the mean (yes, no)
#    9 ours, the median of the rounds   10 its spread: highest less lowest, in percent of the median   11 its processor time
#   12 Tokio's median   13 over ours   14 the lowest of the rounds' ratios   15 the highest   16 processor time: Tokio's over ours
#   17 Go's median      18 over ours   19 lowest                             20 highest       21 processor time: Go's over ours
#   22 the highest of Tokio's rounds
#
# "-": there is no such target, or it was not measured. A round's ratio is that of two figures taken one after the
# other; the ratio of the medians lies between the lowest and the highest of them. Over 0 there is no ratio.

BEGIN {
    FS = OFS = "\t"
    CONVFMT = OFMT = "%.10g"
}

function over(above, below)
{
    return above == "-" || below == "-" || below <= 0 ? "-" : above / below
}

# The columns of a peer.
function compare(key, peer,    i, ratio, lowest, highest)
{
    if (!rounds[key, peer] || ours <= 0)
        return "-" OFS "-" OFS "-" OFS "-" OFS "-"
    for (i = 1; i <= rounds[key, peer]; i++) {
        ratio = over(figures[key, peer, i], figures[key, "weft", i])
        if (i == 1 || ratio < lowest)
            lowest = ratio
        if (i == 1 || ratio > highest)
            highest = ratio
    }
    return middle_of(figures, key SUBSEP peer) OFS middle_of(figures, key SUBSEP peer) / ours OFS lowest OFS highest OFS \
        over(middle_of(cpu, key SUBSEP peer), middle_of(cpu, key SUBSEP "weft"))
}

function highest_of(key, peer,    i, highest)
{
    highest = "-"
    for (i = 1; i <= rounds[key, peer]; i++)
        if (highest == "-" || figures[key, peer, i] > highest)
            highest = figures[key, peer, i]
    return highest
}

FILENAME ~ /benchmarks.txt$/ {
    if ($0 ~ /^(#|$)/)
        next
    split($0, words, " ")
    for (i = split(words[4], some, ","); i >= 1; i--) {
        key = words[2] SUBSEP some[i]
        listed[key] = 1
        title[key] = title_of($0)
        unit[key] = words[5]
        peers[key] = words[6]
        target[key] = words[7]
        limit[key] = words[8]
        in_mean[key] = words[9]
    }
    names[++benchmarks] = words[2]
    next
}

{
    key = $1 SUBSEP $2
    figures[key, $3, $4] = $5 + 0
    cpu[key, $3, $4] = $6
    rounds[key, $3]++
    if (!(key in listed)) {
        print "summary.awk: " $1 " with " $2 " workers is not in benchmarks.txt" > "/dev/stderr"
        exit 1
    }
}

END {
    for (workers = 0; workers <= 2; workers++) {
        split("", done)
        for (b = 1; b <= benchmarks; b++) {
            key = names[b] SUBSEP workers
            count = rounds[key, "weft"]
            if (!count || key in done)
                continue
            done[key] = 1
            split("", values)
            for (i = 1; i <= count; i++)
                values[i] = figures[key, "weft", i]
            ours = median(values, count)
            print names[b], title[key], unit[key], workers, target[key], limit[key], peers[key], in_mean[key], ours,
                (ours > 0 ? (values[count] - values[1]) / ours * 100 : 0), middle_of(cpu, key SUBSEP "weft"),
                compare(key, "tokio"), compare(key, "go"), highest_of(key, "tokio")
        }
    }
}
