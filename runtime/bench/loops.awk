# loops.awk: benchmarks.txt and rounds.tsv -> the table of loops without a runtime, which were measured in the same rounds.
#
# A ratio is made of the medians of processor times; behind it stand the lowest and the highest of the rounds.

BEGIN {
    FS = "\t"
    print "Loops that call back, without tasks, on one thread: libuv's, and a bare one of epoll. Processor time; a ratio is theirs over ours."
    print ""
    printf "%-32s %7s %5s %9s %9s %9s   %-22s   %s\n", "", "workers", "", "ours", "libuv", "epoll", "  libuv / ours", "  epoll / ours"
}

function figure(of)
{
    return rounds[of] ? sprintf("%.1f", middle_of(cpu, of)) : "-"
}

FILENAME ~ /benchmarks.txt$/ {
    if ($0 !~ /^(#|$)/) {
        split($0, words, " ")
        title[words[2]] = title_of($0)
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
        weft = order[i] SUBSEP "weft"
        libuv = order[i] SUBSEP "libuv"
        epoll = order[i] SUBSEP "epoll"
        printf "%-32s %7s %5s %9s %9s %9s   %-22s   %s\n", title[part[1]], part[2], "ns", figure(weft), figure(libuv), figure(epoll),
            ratio_of(cpu, libuv, weft), ratio_of(cpu, epoll, weft)
    }
}
