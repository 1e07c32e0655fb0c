# common.awk: what summary.awk, loops.awk and allocators.awk share. Each keeps its rounds in rounds[OF], how many there are, and in a
# table TABLE[OF, 1], TABLE[OF, 2], ...

# What stands behind the nine words of a line of benchmarks.txt.
function title_of(line)
{
    sub(/^([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)([^ ]+ +)/, "", line)
    return line
}

# It sorts the values.
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

# The median of the rounds; "-": there is none.
function middle_of(table, of,    i, values)
{
    if (!rounds[of] || table[of, 1] == "-")
        return "-"
    for (i = 1; i <= rounds[of]; i++)
        values[i] = table[of, i]
    return median(values, rounds[of])
}

# The ratio of the medians, and the lowest and the highest of the rounds' ratios, for a person.
function ratio_of(table, above, below,    i, one, lowest, highest)
{
    if (!rounds[above])
        return "     -"
    for (i = 1; i <= rounds[above]; i++) {
        one = table[above, i] / table[below, i]
        if (i == 1 || one < lowest)
            lowest = one
        if (i == 1 || one > highest)
            highest = one
    }
    return sprintf("%6.2f (%.2f to %.2f)", middle_of(table, above) / middle_of(table, below), lowest, highest)
}
