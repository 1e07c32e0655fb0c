# targets.awk: summary.tsv -> a line for each target, whether it is met, and how many are.
#
# A target whose figure was not measured is unknown. All speak of this run, on this machine. Of a mean there are two, of the wall's time
# and of processor time: on a machine that is busy with other things only the second says something.

BEGIN {
    FS = "\t"
    mean_to_reach[0] = "2.0"
    mean_to_reach[1] = "2.2"
    mean_to_reach[2] = "1.7"
    executor[0] = "one thread"
    executor[1] = "1 worker"
    executor[2] = "2 workers"
    print "targets, against Tokio in this run:"
}

function say(state, what, found, wanted)
{
    printf "  %-8s %-62s %s\n", state, what, state == "unknown" ? "not measured" : found " (" wanted ")"
    states[state]++
}

# A figure that only rounds to the target does not meet it.
function judge(what, value, digits, wanted, at_least)
{
    if (value == "-")
        say("unknown", what)
    else
        say((at_least ? value >= wanted + 0 : value <= wanted + 0) ? "met" : "MISSED", what, sprintf("%." digits "f", value),
            (at_least ? "at least " : "at most ") wanted)
}

{
    what = $2 ", " executor[$4]
    if ($5 != "-")
        ratio_of[++ratios] = what "\t" $13 "\t" $5
    if ($6 != "-")
        limit_of[++limits] = what "\t" $9 "\t" $6
    if ($1 ~ /p99\.9$/)
        tail_of[++tails] = $1 ", " executor[$4] "\t" $9 "\t" $22
    if ($7 == "none" || $3 == "times")
        next
    compared[$4]++
    if ($13 == "-") {
        missing[$4] = 1
        next
    }
    if (lowest[$4] == "" || $13 < lowest[$4]) {
        lowest[$4] = $13 + 0
        lowest_title[$4] = $2
    }
    if ($16 != "-" && (lowest_cpu[$4] == "" || $16 < lowest_cpu[$4])) {
        lowest_cpu[$4] = $16 + 0
        lowest_cpu_title[$4] = $2
    }
    if ($8 == "yes") {
        in_mean[$4]++
        logarithms[$4] += log($13)
        if ($16 != "-") {
            in_cpu_mean[$4]++
            cpu_logarithms[$4] += log($16)
        }
    }
}

END {
    for (workers = 0; workers <= 2; workers++) {
        if (!compared[workers])
            continue
        known = in_mean[workers] && !missing[workers]
        if (in_mean[workers] || missing[workers]) {
            judge("geometric mean of " in_mean[workers] + 0 " ratios, " executor[workers],
                known ? exp(logarithms[workers] / in_mean[workers]) : "-", 3, mean_to_reach[workers], 1)
            if (in_cpu_mean[workers] || missing[workers])
                judge("the same of processor time, " executor[workers],
                    known ? exp(cpu_logarithms[workers] / in_cpu_mean[workers]) : "-", 3, mean_to_reach[workers], 1)
        }
        judge("none behind: the lowest ratio, " executor[workers], missing[workers] ? "-" : lowest[workers], 3, 1, 1)
        if (lowest[workers] != "")
            printf "  %-8s   that is: %s\n", "", lowest_title[workers]
        if (lowest_cpu[workers] != "") {
            judge("none behind in processor time, " executor[workers], lowest_cpu[workers], 3, 1, 1)
            printf "  %-8s   that is: %s\n", "", lowest_cpu_title[workers]
        }
    }
    for (i = 1; i <= ratios; i++) {
        split(ratio_of[i], part, "\t")
        judge(part[1], part[2], 3, part[3], 1)
    }
    for (i = 1; i <= limits; i++) {
        split(limit_of[i], part, "\t")
        judge(part[1], part[2], part[2] < 10 ? 3 : 1, part[3], 0)
    }
    for (i = 1; i <= tails; i++) {
        split(tail_of[i], part, "\t")
        judge(part[1], part[3] == "-" ? "-" : part[2], 0, part[3], 0)
    }
    print ""
    printf "bench: %d of %d targets met", states["met"], states["met"] + states["MISSED"] + states["unknown"]
    print states["unknown"] ? ", " states["unknown"] " unknown" : ""
}
