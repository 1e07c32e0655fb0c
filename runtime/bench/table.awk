# table.awk: summary.tsv -> the table that a person reads.

BEGIN {
    FS = "\t"
    printf "Medians, counted rounds: %d. Behind ours its spread, behind a ratio its lowest and highest round.\n", rounds
    print "A ratio is the peer's figure over ours: above 1 we are ahead. \"cpu\" is the same of processor time, of all threads of a program."
    workers = -1
}

function heading(count)
{
    print ""
    printf "%-41s %20s %10s %10s   %-26s %6s   %-26s %6s\n",
        count == 0 ? "the executor of one thread" : count == 1 ? "the executor of several threads, 1 worker" : "the executor of several threads, 2 workers",
        "ours", "Tokio", "Go", "  Tokio / ours", "cpu", "  Go / ours", "cpu"
}

function figure(value)
{
    return value == "-" ? "-" : sprintf(value < 10 ? "%.3f" : value < 1000 ? "%.1f" : "%.0f", value)
}

function ratio(middle, lowest, highest)
{
    return middle == "-" ? "     -" : sprintf("%6.2f (%.2f to %.2f)", middle, lowest, highest)
}

function short(value)
{
    return value == "-" ? "-" : sprintf("%.2f", value)
}

{
    if ($4 != workers)
        heading($4)
    workers = $4
    line = sprintf("%-39s %5s %9s %5.1f %% %10s %10s   %-26s %6s   %-26s %6s", $2, $3, figure($9), $10, figure($12), figure($17),
        ratio($13, $14, $15), short($16), ratio($18, $19, $20), short($21))
    sub(/ +$/, "", line)
    print line
}
