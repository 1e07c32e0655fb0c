# targets.awk: summary.tsv -> a line for each target, whether it is met, and how many are.
#
# A target whose figure was not measured is unknown. All speak of this run, on this machine.

BEGIN {
    FS = "\t"
    mean_to_reach = "2.0"
    print "targets, against Tokio in this run:"
}

function say(state, what, found, wanted)
{
    printf "  %-8s %-44s %s\n", state, what, state == "unknown" ? "not measured" : found " (" wanted ")"
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
    if ($5 != "-")
        ratio_of[++ratios] = $2 "\t" $11 "\t" $5
    if ($6 != "-")
        limit_of[++limits] = $2 "\t" $8 "\t" $6
    if ($7 == "none")
        next
    compared++
    if ($11 == "-") {
        missing = 1
        next
    }
    logarithms += log($11)
    if (lowest == "" || $11 < lowest) {
        lowest = $11 + 0
        lowest_title = $2
    }
}

END {
    judge("geometric mean of the " compared " ratios", missing || !compared ? "-" : exp(logarithms / compared), 3, mean_to_reach, 1)
    judge("none behind: lowest of them", missing || !compared ? "-" : lowest, 3, 1, 1)
    if (lowest != "")
        printf "  %-8s   that is: %s\n", "", lowest_title
    for (i = 1; i <= ratios; i++) {
        split(ratio_of[i], part, "\t")
        judge(part[1], part[2], 3, part[3], 1)
    }
    for (i = 1; i <= limits; i++) {
        split(limit_of[i], part, "\t")
        judge(part[1], part[2], 1, part[3], 0)
    }
    print ""
    printf "bench: %d of %d targets met", states["met"], states["met"] + states["MISSED"] + states["unknown"]
    print states["unknown"] ? ", " states["unknown"] " unknown" : ""
}
