# chart.awk: summary.tsv -> chart.svg, a bar a ratio on a logarithmic axis, from 1 to the right where we are ahead and
# to the left where we are behind. The thin line is the range of the rounds. What was not measured has no bar.

BEGIN {
    FS = "\t"
    left = 330
    right = 760
    top = 92
    row = 56
    colour["tokio"] = "#6d9fd0"
    colour["go"] = "#e0a050"
    lowest = 0.5
    highest = 2
}

function note(value)
{
    if (value == "-")
        return
    while (value / 1.15 < lowest)
        lowest /= 2
    while (value * 1.6 > highest) # room for the number behind the bar
        highest *= 2
}

function x(value)
{
    return left + (right - left) * (log(value) - log(lowest)) / (log(highest) - log(lowest))
}

function bar(y, peer, value, low, high,    from, to, tip)
{
    if (value == "-") {
        printf "<text x=\"%.1f\" y=\"%.1f\" class=\"note\">not measured</text>\n", x(1) + 6, y + 12
        return
    }
    from = value < 1 ? x(value) : x(1)
    to = value < 1 ? x(1) : x(value)
    tip = (high > 1 ? x(high) : x(1)) + 6
    printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"15\" fill=\"%s\"/>\n", from, y,
        to - from < 1 ? 1 : to - from, colour[peer]
    printf "<path d=\"M%.1f %.1fH%.1f\" class=\"range\"/>\n", x(low), y + 7.5, x(high)
    printf "<text x=\"%.1f\" y=\"%.1f\">%.2f</text>\n", tip, y + 12, value
}

function key(at, name, fill)
{
    printf "<rect x=\"%d\" y=\"45\" width=\"12\" height=\"12\" fill=\"%s\"/>", at, fill
    printf "<text x=\"%d\" y=\"56\">%s</text>\n", at + 18, name
}

$7 != "none" && $3 != "times" {
    lines[++count] = $0
    note($13)
    note($14)
    note($15)
    note($18)
    note($19)
    note($20)
}

END {
    bottom = top + row * count
    height = bottom + 64
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"790\" height=\"%d\" viewBox=\"0 0 790 %d\"", height, height
    print " role=\"img\" aria-labelledby=\"title\">"
    print "<title id=\"title\">The peers' figures over Weft's; right of 1 Weft is ahead</title>"
    print "<style>text{font:13px system-ui,sans-serif;fill:#222}.head{font-size:17px;font-weight:600}"
    print ".note{fill:#666;font-size:12px}.end{text-anchor:end}.mid{text-anchor:middle}"
    print ".grid{stroke:#e3e3e3}.one{stroke:#222;stroke-width:1.5}.range{stroke:#111}</style>"
    printf "<rect width=\"790\" height=\"%d\" fill=\"#fff\"/>\n", height
    print "<text x=\"20\" y=\"30\" class=\"head\">The peer's figure over Weft's; 1w, 2w: with so many workers</text>"
    key(20, "Tokio", colour["tokio"])
    key(90, "Go", colour["go"])
    printf "<text x=\"%.1f\" y=\"80\" class=\"note\">Weft ahead &#8594;</text>\n", x(1) + 6
    printf "<text x=\"%.1f\" y=\"80\" class=\"note end\">&#8592; behind</text>\n", x(1) - 6

    for (tick = lowest; tick <= highest * 1.001; tick *= 2) {
        printf "<path d=\"M%.1f %dV%d\" class=\"%s\"/>", x(tick), top - 6, bottom, tick == 1 ? "one" : "grid"
        printf "<text x=\"%.1f\" y=\"%d\" class=\"mid\">%g</text>\n", x(tick), bottom + 18, tick
    }
    for (i = 1; i <= count; i++) {
        split(lines[i], column, "\t")
        y = top + row * (i - 1) + 8
        printf "<text x=\"%d\" y=\"%.1f\" class=\"end\">%s</text>\n", left - 14, y + 21, column[2] (column[4] ? ", " column[4] "w" : "")
        bar(y, "tokio", column[13], column[14], column[15])
        bar(y + 18, "go", column[18], column[19], column[20])
    }
    printf "<text x=\"20\" y=\"%d\" class=\"note\">Medians of one run, %s, counted rounds: %d. Thin lines: lowest and highest",
        bottom + 46, date, rounds
    print " round. Logarithmic axis.</text>"
    print "</svg>"
}
