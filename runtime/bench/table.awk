# table.awk: summary.tsv -> the table that a person reads.

BEGIN {
    FS = "\t"
    printf "Medians, counted rounds: %d. Behind ours its spread, behind a ratio its lowest and highest round.\n", rounds
    print "A ratio is the peer's figure over ours: above 1 we are ahead."
    print ""
    printf "%61s %10s %10s   %-22s   %s\n", "ours", "Tokio", "Go", "  Tokio / ours", "  Go / ours"
}

function figure(value)
{
    return value == "-" ? "-" : sprintf(value < 1000 ? "%.1f" : "%.0f", value)
}

function ratio(middle, lowest, highest)
{
    return middle == "-" ? "     -" : sprintf("%6.2f (%.2f to %.2f)", middle, lowest, highest)
}

{
    line = sprintf("%-38s %5s %9s %5.1f %% %9s %10s   %-22s   %-22s", $2, $3, figure($8), $9, figure($10), figure($14),
        ratio($11, $12, $13), ratio($15, $16, $17))
    sub(/ +$/, "", line)
    print line
}
