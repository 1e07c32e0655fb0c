"""known.py: what is known of the mutants of a lab, as a text: grader/mutants/generated/NN-name.txt, and build/mutants for a run.

    counts    LAB  MADE  COMPILE  COUNT
    function  FILE  NAME  STAMP                                      the hash of the function's text, for which the fates hold
    mutant    ID  FILE  FUNCTION  OPERATOR  PLACE  CHANGE  FATE      fields are parted by tabs

A fate is `unrun`; `killed TEST VARIANT`; or `survived SUITE REASON`, where SUITE is the hash of the suite that it survived, and
REASON begins with `open`, until a person writes there `equivalent: why`, `allowed 04.2: the words that allow it`, or `unspecified
02.6: what the clause leaves open`.
"""
import os
import re
from collections import namedtuple

Entry = namedtuple("Entry", "id file function operator place change fate")
Known = namedtuple("Known", "lab stamps entries counts")

UNRUN = "unrun"
FATE = re.compile(r"unrun$|killed \w+ (plain|asan|tsan|interleave)$"
                  r"|survived [0-9a-f]{8} (open\b|equivalent: .|(allowed|unspecified) [0-9G]+\.[0-9]+: .)")
HEAD = "# Mutants that nobody wrote, and their fates. Written by `make mutants`; grader/mutate/known.py says what the fields are.\n"


def reason(fate):
    """What a person has said of a survivor; '': nothing."""
    words = fate.split(" ", 2)
    return words[2] if words[0] == "survived" and not words[2].startswith("open") else ""


def said(fate):
    """The same, or why it is open: all that a person has written."""
    words = fate.split(" ", 2)
    return words[2] if reason(fate) or words[0] == "survived" and words[2].startswith("open:") else ""


def read_known(path, lab):
    """What the file says, and what is wrong with it: then it says nothing. A file that is not there is empty."""
    known = Known(lab, {}, {}, (0, 0, 0))
    if not os.path.exists(path):
        return known, None
    with open(path, encoding="utf-8", errors="replace") as text:
        for number, line in enumerate(text, 1):
            kind, *fields = line.rstrip("\n").split("\t")
            if line.startswith("#"):
                continue
            if kind == "counts" and len(fields) == 4 and fields[0] == lab and all(f.isdecimal() for f in fields[1:]):
                known = known._replace(counts=tuple(map(int, fields[1:])))
            elif kind == "function" and len(fields) == 3:
                known.stamps[fields[0], fields[1]] = fields[2]
            elif kind == "mutant" and len(fields) == 7 and FATE.match(fields[6]) and fields[0] not in known.entries:
                known.entries[fields[0]] = Entry(*fields)
            else:
                return Known(lab, {}, {}, (0, 0, 0)), f"line {number} is none of this format"
    return known, None


def write_known(path, known):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w", encoding="utf-8") as out:
        out.write(HEAD)
        out.write("\t".join(["counts", known.lab, *map(str, known.counts)]) + "\n")
        for (file, name), stamp in sorted(known.stamps.items()):
            out.write(f"function\t{file}\t{name}\t{stamp}\n")
        for entry in known.entries.values():
            out.write("\t".join(("mutant",) + entry) + "\n")
    os.replace(path + ".new", path)
