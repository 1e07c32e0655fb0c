# loops.awk: benchmarks.txt and rounds.tsv -> the table of loops without a runtime, which were measured in the same rounds.
#
# A ratio is made of the medians of processor times; behind it stand the lowest and the highest of the rounds.

BEGIN {
    FS = "\t"
    print "Loops that call back, without tasks, on one thread: libuv's, and a bare one of epoll. Processor time; a ratio is theirs over ours."
    print ""
    printf "%-32s %7s %5s %9s %9s %9s   %-22s   %s\n", "", "workers", "", "ours", "libuv", "epoll", "  libuv / ours", "  epoll / ours"
}

function median(key, program,    i, j, held, count, values)
{
    count = rounds[key, program]
    for (i = 1; i <= count; i++)
        values[i] = cpu[key, program, i]
    for (i = 2; i <= count; i++) {
        held = values[i]
        for (j = i - 1; j >= 1 && values[j] > held; j--)
            values[j + 1] = values[j]
        values[j + 1] = held
    }
    return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
}

function figure(key, program)
{
    return rounds[key, program] ? sprintf("%.1f", median(key, program)) : "-"
}

function ratio(key, program,    i, one, lowest, highest)
{
    for (i = 1; i <= rounds[key, program]; i++) {
        one = cpu[key, program, i] / cpu[key, "weft", i]
        if (i == 1 || one < lowest)
            lowest = one
        if (i == 1 || one > highest)
            highest = one
    }
    return rounds[key, program] ? sprintf("%6.2f (%.2f to %.2f)", median(key, program) / median(key, "weft"), lowest, highest) : "     -"
}

FILENAME ~ /benchmarks.txt$/ {
    if ($0 !~ /^(#|$)/) {
        split($0, words, " ")
        title[words[2]] = $0
        sub(/^([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)/, "", title[words[2]])
    }
    next
}

{
    key = $1 SUBSEP $2
    cpu[key, $3, $4] = $6
    rounds[key, $3]++
    if (($3 == "libuv" || $3 == "epoll") && !(key in seen)) {
        seen[key] = 1
        order[++lines] = key
    }
}

END {
    for (i = 1; i <= lines; i++) {
        split(order[i], part, SUBSEP)
        printf "%-32s %7s %5s %9s %9s %9s   %-22s   %s\n", title[part[1]], part[2], "ns", figure(order[i], "weft"), figure(order[i], "libuv"),
            figure(order[i], "epoll"), ratio(order[i], "libuv"), ratio(order[i], "epoll")
    }
}
