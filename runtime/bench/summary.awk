# summary.awk: benchmarks.txt and rounds.tsv -> summary.tsv, a line a benchmark that was measured, in columns:
#
#    1 name   2 title   3 unit   4 workers   5 ratio to reach   6 limit of ours   7 peers (all, none)
#    8 ours, the median of the rounds   9 its spread: highest less lowest, in percent of the median
#   10 Tokio's median   11 over ours   12 the lowest of the rounds' ratios   13 the highest
#   14 Go's median      15 over ours   16 lowest                             17 highest
#
# "-": there is no such target, or it was not measured. A round's ratio is that of two figures taken one after the
# other; the ratio of the medians lies between the lowest and the highest of them.

BEGIN {
    FS = OFS = "\t"
    CONVFMT = OFMT = "%.10g"
}

function median(values, count,    i, j, held)
{
    for (i = 2; i <= count; i++) {
        held = values[i]
        for (j = i - 1; j >= 1 && values[j] > held; j--)
            values[j + 1] = values[j]
        values[j + 1] = held
    }
    return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
}

# The columns of a peer.
function compare(name, peer,    i, values, middle, ratio, lowest, highest)
{
    if (!rounds[name, peer])
        return "-" OFS "-" OFS "-" OFS "-"
    for (i = 1; i <= rounds[name, peer]; i++) {
        values[i] = figures[name, peer, i]
        ratio = values[i] / figures[name, "weft", i]
        if (i == 1 || ratio < lowest)
            lowest = ratio
        if (i == 1 || ratio > highest)
            highest = ratio
    }
    middle = median(values, rounds[name, peer])
    return middle OFS middle / ours OFS lowest OFS highest
}

FILENAME ~ /benchmarks.txt$/ {
    if ($0 !~ /^(#|$)/) {
        split($0, words, " ")
        names[++benchmarks] = words[1]
        unit[words[1]] = words[3]
        peers[words[1]] = words[4]
        target[words[1]] = words[5]
        limit[words[1]] = words[6]
        title[words[1]] = $0
        sub(/^([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)/, "", title[words[1]])
    }
    next
}

{
    figures[$1, $2, $3] = $4 + 0
    rounds[$1, $2]++
}

END {
    for (b = 1; b <= benchmarks; b++) {
        name = names[b]
        count = rounds[name, "weft"]
        if (!count)
            continue
        split("", values)
        for (i = 1; i <= count; i++) {
            values[i] = figures[name, "weft", i]
            if (values[i] <= 0) {
                print "summary.awk: " name ": a figure of ours is " values[i] ": there is no ratio over it" > "/dev/stderr"
                exit 1
            }
        }
        ours = median(values, count)
        print name, title[name], unit[name], 1, target[name], limit[name], peers[name], ours,
            (values[count] - values[1]) / ours * 100, compare(name, "tokio"), compare(name, "go")
    }
}
