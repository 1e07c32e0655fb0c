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
        $1, $4, $3, or_null($8), $9
    printf "   \"peers\": {\"tokio\": %s, \"go\": %s}, \"ratio\": {\"tokio\": %s, \"go\": %s}}",
        or_null($10), or_null($14), or_null($11), or_null($15)
}

END {
    print "\n]"
}
