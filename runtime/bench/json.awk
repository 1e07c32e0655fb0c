# json.awk: summary.tsv -> results.json, which docs/benchmarks.md describes. null: not measured.

BEGIN {
    FS = "\t"
}

function or_null(value)
{
    return value == "-" ? "null" : sprintf("%.6g", value)
}

{
    print NR == 1 ? "[" : ","
    printf "  {\"name\": \"%s\", \"workers\": %d, \"unit\": \"%s\", \"ours\": %s, \"spread\": %.1f,\n",
        $1, $4, $3, or_null($9), $10
    printf "   \"peers\": {\"tokio\": %s, \"go\": %s}, \"ratio\": {\"tokio\": %s, \"go\": %s}, \"cpu_ratio\": {\"tokio\": %s, \"go\": %s}}",
        or_null($12), or_null($17), or_null($13), or_null($18), or_null($16), or_null($21)
}

END {
    print "\n]"
}
