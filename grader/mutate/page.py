"""page.py: docs/generated.md, made of the lists of all labs: a table of tests, of operators and of survivors a lab."""
from collections import Counter

from known import UNRUN, reason
from source import OPERATORS

SHOWN = ("killed", "equivalent", "allowed", "unspecified", "open", UNRUN)


def state(fate):
    """One of SHOWN."""
    return (reason(fate) or "open").split(":")[0].split()[0] if fate.startswith("survived") else fate.split()[0]


def share(counts, of=("killed", "unspecified", "open")):
    """Of these that ran, how many are killed, in percent; of those that are neither equivalent nor allowed, if not said otherwise."""
    ran = sum(counts[word] for word in of)
    return f"{100 * counts['killed'] / ran:.1f} %" if ran else "none ran"


def code(text):
    """C in a cell of a table."""
    return "`" + text.replace("|", "\\|") + "`"


def table(head, rows):
    return "".join(f"| {' | '.join(map(str, row))} |\n" for row in [head, ["---"] * len(head), *rows]) + "\n"


def lab_page(known, title):
    entries = list(known.entries.values())
    counts = Counter(state(e.fate) for e in entries)
    made, compiled, different = known.counts
    page = [f"## Lab {known.lab[:2]}: {title}\n\n",
            f"{made:,} are made, {compiled:,} compile, {different:,} have an object of their own, {len(entries)} are drawn: "
            + ", ".join(f"{counts[word]} {word}" for word in SHOWN if counts[word]) + ". "
            + f"**Killed of those that ran and are neither equivalent nor allowed: {share(counts)}.**"
            + (f" With the allowed among them: {share(counts, ('killed', 'allowed', 'unspecified', 'open'))}." if counts["allowed"] else "") + "\n\n"]
    rows = []
    for operator, what in OPERATORS.items():
        of = Counter(state(e.fate) for e in entries if e.operator == operator)
        if of:
            rows.append([f"{operator}: {what}", *(of[word] or "" for word in SHOWN)])
    page.append(table(["operator", *(word.replace(UNRUN, "not run") for word in SHOWN)], rows))
    rows = []
    for (file, function), stamp in sorted(known.stamps.items()):
        fates = [e.fate for e in entries if (e.file, e.function) == (file, function)]
        tests = Counter(" ".join(fate.split()[1:]) for fate in fates if fate.startswith("killed"))
        killers = [f"`{test.split()[0]}`{'' if test.endswith(' plain') else ' (' + test.split()[1] + ')'} {n}"
                   for test, n in tests.most_common()]
        left = Counter(state(fate) for fate in fates)
        rows.append([f"`{function}`, {file}", f"`{stamp}`", len(fates), ", ".join(killers),
                     ", ".join(f"{left[word]} {word}" for word in SHOWN[1:] if left[word])])
    page.append(table(["function", "text", "mutants", "killed by (in plain, unless it says)", "others"], rows))
    rows = [[f"{e.id}, `{e.function}`", code(e.place), code(e.change), reason(e.fate) or "**" + e.fate.split(" ", 2)[2] + "**"]
            for e in entries if e.fate.startswith("survived")]
    if rows:
        page.append(table(["survivor", "where", "change", "reason"], sorted(rows, key=lambda row: row[3].startswith(("allowed", "equivalent")))))
    return "".join(page)


def write_page(path, head, labs):
    """`labs`: a pair of what is known and the title, for each lab."""
    with open(head, encoding="utf-8") as text:
        page = text.read() + "\n" + "".join(lab_page(known, title) for known, title in labs)
    with open(path, "w", encoding="utf-8") as out:
        out.write(page.rstrip("\n") + "\n")
