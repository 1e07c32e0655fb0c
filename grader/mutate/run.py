#!/usr/bin/python3 -B
"""run.py [LAB...]: runs the mutants that source.py makes, and writes down which test kills each. See docs/generated.md.

A mutant counts that compiles, and whose object differs from the reference's and from those of all mutants before it. Of these
250 a lab are drawn: in turn from each operator, there in the order of a hash. grader/mutants/generated/NN-name.txt has them,
with their fates; what a run that was stopped has found is in build/mutants, in the same form. A fate holds until the text of its
function is another. A survivor is run again, too, once the suite is another: what a person has said of it was said of an older one.

    --function NAME   only those of this function         --all      every mutant, not only those that are drawn
    --dry             runs none                           --solutions, --lists, --kept, --page   other places than the tree's

Exit: 0 all were run; 1 a file cannot be read, or a mutant has no fate; 2 a command that makes no sense; 130 stopped.
"""
import argparse
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor, as_completed
from glob import glob
from threading import Lock

from known import UNRUN, Entry, Known, read_known, reason, said, write_known
from page import share, state, write_page
from source import Unreadable, digest, read

DRAWN, SEED, GRADER_SEED = 250, "1", "0x51f2"
REST = "asan tsan interleave"
# What the compiler only warns of, and nobody would leave so: no value, a pointer for a number, an order that C11 forbids.
REFUSED = ["-Werror=" + w for w in ("implicit-function-declaration", "int-conversion", "incompatible-pointer-types",
                                    "return-type", "uninitialized", "invalid-memory-model")]


def say(text):
    print(("\r\033[K" if sys.stderr.isatty() else "") + text, flush=True)


class Stopped(Exception):
    """Somebody asked for it."""


class Builder:
    """Whether a mutant compiles, and to what: one compilation each, kept in a file of the lab by all that it depends on."""

    def __init__(self, kept, directory, options):
        self.path, self.directory, self.options, self.line, self.known = kept, directory, options, {}, {}
        headers = sorted(glob("runtime/include/**/*.h", recursive=True))
        self.common = hashlib.sha256(" ".join(options.compile).encode() + b"".join(open(h, "rb").read() for h in headers)).hexdigest()
        if os.path.exists(kept):
            with open(kept, encoding="utf-8", errors="replace") as lines:
                rows = [line.split() for line in lines]
            if all(len(row) == 2 and re.fullmatch("[0-9a-f]{64}", row[0]) for row in rows):
                self.known = dict(rows)
            else:
                say(f"mutants: {kept} is damaged: everything is compiled again")

    def build(self, name, text):
        """The hash of the object; '-': it does not compile. A panic notes its line, and a mutant on another line is not another
        program: so all are compiled as if they had one line, where the reference can be."""
        if name not in self.line:
            self.line[name] = ["-Wno-builtin-macro-redefined", "-D__LINE__=1"]
            if self.build(name, text) == "-":
                self.line[name] = []
        key = digest(self.common, name, text, *self.line[name])
        if self.options.stopped:
            raise Stopped
        if key not in self.known:
            with tempfile.TemporaryDirectory(dir=os.path.dirname(self.path)) as work:
                made = f"{work}/{name}.o"
                got = subprocess.run(self.options.compile + self.line[name] + ["-I" + self.directory, "-c", "-x", "c", "-", "-o", made],
                                     input=text.encode("latin-1"), capture_output=True, check=False)
                self.known[key] = hashlib.sha256(open(made, "rb").read()).hexdigest() if got.returncode == 0 else "-"
        return self.known[key]

    def save(self):
        with open(self.path + ".new", "w", encoding="utf-8") as out:
            out.writelines(f"{key} {made}\n" for key, made in self.known.items())
        os.replace(self.path + ".new", self.path)


class Lab:
    """A lab's mutants: what the text makes of them, what is known of them, and what is run."""

    def __init__(self, name, options):
        self.name, self.options, self.unreadable = name, options, False
        self.directory = f"{options.solutions}/{name}"
        self.stamps, self.made, self.texts = {}, {}, {}
        for path in sorted(glob(f"{self.directory}/*.c")):
            try:
                functions, mutants, text = read(path)
            except Unreadable as problem:
                say(f"mutants: {problem}: no mutants are made of this file; its functions keep their fates")
                self.unreadable = True
                continue
            self.texts[os.path.basename(path)] = text
            self.stamps.update({(f.file, f.name): f.stamp for f in functions})
            self.made.update({m.id: m for m in mutants})
        suite = sorted(glob(f"grader/suites/{name}/*") + glob("grader/support/*") + glob("grader/src/laws*"))  # with the laws
        self.suite = hashlib.sha256(b"".join(open(f, "rb").read() for f in suite)).hexdigest()[:8]
        self.list_path, self.state_path = f"{options.lists}/{name}.txt", f"{options.kept}/{name}.txt"
        self.old = self.read_known(self.list_path)
        self.state = self.read_known(self.state_path)

    def read_known(self, path):
        known, problem = read_known(path, self.name)
        if problem:
            say(f"mutants: {path}: {problem}: what it says is not used, and its mutants are run again")
        return known

    def fate_of(self, id):
        """What is known of a mutant, if it still holds. The state of a run that was stopped is younger than the list, but what a
        person says of a survivor is written into the list."""
        run, listed = (self.valid_fate(known, id) for known in (self.state, self.old))
        if run.startswith("survived") and said(listed):
            return " ".join(run.split()[:2] + [said(listed)])
        return listed if run == UNRUN else run

    def valid_fate(self, known, id):
        entry, mutant = known.entries.get(id), self.made[id]
        key = (mutant.file, mutant.function)
        if not entry or known.stamps.get(key) != self.stamps[key]:
            return UNRUN
        named = re.match(r"(?:killed|survived \S+ (?:allowed|unspecified)) ([\w.]+)", entry.fate)
        if named and named.group(1) not in self.options.tests | self.options.clauses:
            say(f"mutants: {self.name}: {id}: there is no {named.group(1)} any more: it is run again")
            return UNRUN
        return entry.fate

    def text_of(self, mutant):
        text = self.texts[mutant.file]
        return text[:mutant.start] + mutant.text + text[mutant.end:]

    def draw(self):
        """The mutants that are drawn, and all that count. Where the text makes what it made, the list has those that are drawn, and
        nothing is compiled; of the others those are known that have run."""
        listed = [self.made[id] for id in self.old.entries if id in self.made]
        if len(listed) == len(self.old.entries) and self.stamps == self.old.stamps and len(self.made) == self.old.counts[0] \
                and not self.options.all:
            return listed, listed + [m for m in self.made.values() if m.id in self.state.entries and m not in listed], self.old.counts
        builder = Builder(f"{self.options.kept}/{self.name}.objects", self.directory, self.options)
        try:
            objects = {name: builder.build(name, text) for name, text in self.texts.items()}
            with ThreadPoolExecutor(self.options.jobs) as pool:
                built = dict(zip(self.made, pool.map(lambda m: builder.build(m.file, self.text_of(m)), self.made.values())))
        finally:
            builder.save()
        ranked = sorted(self.made.values(), key=lambda m: digest(SEED, m.id))
        seen, counting = set(objects.values()) | {"-"}, defaultdict(list)
        for mutant in ranked:
            if built[mutant.id] not in seen:
                seen.add(built[mutant.id])
                counting[mutant.operator].append(mutant)
        rounds = [(i, operator, m) for operator, ms in counting.items() for i, m in enumerate(ms)]
        order = [m for _, _, m in sorted(rounds, key=lambda r: r[:2])]
        counts = (len(self.made), sum(made != "-" for made in built.values()), len(order))
        return order[:DRAWN], order, counts

    def prepare(self):
        drawn, order, self.counts = self.draw()
        self.tell_what_is_gone()
        self.fates = {m.id: self.fate_of(m.id) for m in order}
        self.drawn = {m.id for m in drawn}
        wanted = order if self.options.all else drawn
        if self.options.function:
            wanted = [m for m in wanted if m.function == self.options.function]
        return [m for m in wanted if self.is_open(self.fates[m.id])]

    def tell_what_is_gone(self):
        gone = [e for e in self.old.entries.values() if e.id not in self.made and (e.file in self.texts or not self.unreadable)]
        for entry in gone:
            if entry.fate.startswith("survived"):
                say(f"mutants: {self.name}: {entry.id} of {entry.function} is gone: the text no longer makes it ({reason(entry.fate) or 'open'})")
        if gone:
            say(f"mutants: {self.name}: of {len(self.old.entries)} in the list {len(gone)} are gone")
        for entry in self.old.entries.values():
            if reason(entry.fate) and entry.id in self.made and self.fate_of(entry.id) == UNRUN:
                say(f"mutants: {self.name}: {entry.id} of {entry.function}: the text of the function is another, so its reason is "
                    f"dropped: {reason(entry.fate)}")

    def is_open(self, fate):
        words = fate.split(maxsplit=2)
        return fate == UNRUN or words[0] == "survived" and words[1] != self.suite

    # --- running ---

    def stages(self, mutant):
        if mutant.operator == "order":  # no native run shows most of them
            return ["interleave"], ["plain"], ["asan tsan"]
        return ["plain", "--test", mutant.task], ["plain"], [REST]

    def run(self, mutant):
        """The fate of one mutant; None: the run was stopped, or there was no result."""
        notes = []
        with tempfile.TemporaryDirectory(dir=self.options.kept) as work:
            shutil.copytree(self.directory, f"{work}/{self.name}", ignore=shutil.ignore_patterns("*.md"))
            with open(f"{work}/{self.name}/{mutant.file}", "wb") as out:
                out.write(self.text_of(mutant).encode("latin-1"))
            for stage, (variants, *selection) in enumerate(self.stages(mutant)):
                result = self.grade(work, variants, selection)
                if result is None and stage == 0 and selection:
                    continue  # the handout promises no clause after this task
                if result is None:
                    return None
                tests = [t for clause in result["clauses"] for t in clause["tests"] if t["variant"] in variants.split()]
                for test in tests:
                    if test["status"] == "fail":
                        return f"killed {test['name']} {test['variant']}"
                notes += [t["name"] for t in tests if not selection and t["status"] in ("not_verified", "grader_error")]
        return f"survived {self.suite} open" + (f" (not verified: {', '.join(notes)})" if notes else "")

    def grade(self, work, variants, selection):
        command = ["build/weft-grade", "run", self.name, "--from", work, "--json", f"{work}/result.json", "--seed", GRADER_SEED,
                   "--variants", variants] + selection
        with self.options.lock:
            if self.options.stopped:
                return None
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                     start_new_session=True)
            self.options.children.add(child)
            if self.options.stopped:  # meanwhile
                child.terminate()
        child.wait()
        self.options.children.discard(child)
        try:
            with open(f"{work}/result.json", encoding="utf-8") as result:
                return json.load(result)
        except (OSError, ValueError):
            return None
        finally:
            if os.path.exists(f"{work}/result.json"):
                os.unlink(f"{work}/result.json")

    def note(self, mutant, fate):
        """Called as each mutant ends: what is known survives a stop at any moment. What was said of one that survives again stays."""
        before = self.fates[mutant.id]
        if fate.startswith("survived") and said(before):
            fate = f"survived {self.suite} {said(before)}"
        elif reason(before):
            say(f"mutants: {self.name}: {mutant.id} of {mutant.function} is killed now, by {fate.split()[1]}: so this reason was wrong, or "
                f"is no longer needed: {reason(before)}")
        self.fates[mutant.id] = fate
        write_known(self.state_path, Known(self.name, self.stamps, self.entries(self.fates), self.counts))

    def entries(self, ids):
        made = [self.made[id] for id in ids]
        return {m.id: Entry(m.id, m.file, m.function, m.operator, m.place, m.change, self.fates[m.id])
                for m in sorted(made, key=lambda m: (m.file, m.start, m.end, m.id))}

    def write(self):
        """The list of the tree: what is drawn, and what belongs to a file that cannot be read at the moment."""
        entries, stamps = self.entries(self.drawn), dict(self.stamps)
        if self.unreadable:
            entries.update({id: e for id, e in self.old.entries.items() if e.file not in self.texts})
            stamps.update({key: stamp for key, stamp in self.old.stamps.items() if key[0] not in self.texts})
        write_known(self.list_path, Known(self.name, stamps, entries, self.counts))
        others = [id for id, fate in self.fates.items() if fate != UNRUN and id not in self.drawn]
        write_known(self.state_path, Known(self.name, self.stamps, self.entries(others), self.counts))


def run_lab(lab):
    """True: all that were asked for have a fate."""
    options, todo, done, missing = lab.options, lab.prepare(), 0, 0
    say(f"mutants: {lab.name}: {len(lab.drawn)} drawn of {lab.counts[2]} that count; {len(todo)} to run")
    if options.dry:
        lab.write()
        return True
    with ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(lab.run, mutant): mutant for mutant in todo}
        for future in as_completed(running):
            mutant, fate = running[future], future.result()
            if options.stopped:
                pool.shutdown(wait=True, cancel_futures=True)
                raise Stopped
            done += 1
            if fate is None:
                missing += 1
                say(f"mutants: {mutant.id} of {mutant.function} has no result: it is run again next time")
                continue
            lab.note(mutant, fate)
            if fate.startswith("survived"):
                say(f"survived  {mutant.id}  {mutant.file} {mutant.function}: {mutant.operator}: {mutant.change}")
            if sys.stderr.isatty():
                print(f"\r\033[K[{done}/{len(todo)}] {lab.name} {fate}", end="", file=sys.stderr, flush=True)
            elif done % 25 == 0:
                say(f"[{done}/{len(todo)}] {lab.name}")
    lab.write()
    states = Counter(state(lab.fates[id]) for id in lab.drawn)
    say(f"mutants: {lab.name}: " + ", ".join(f"{n} {word}" for word, n in states.items()) + f"; {share(states)} killed")
    return missing == 0


def read_jobs(text):
    if not re.fullmatch("[1-9][0-9]{0,3}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of mutants to run at once")
    return int(text)


def read_options():
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labs", nargs="*")
    for name, default in (("function", ""), ("solutions", "solutions"), ("lists", "grader/mutants/generated"),
                          ("kept", "build/mutants"), ("page", "docs/generated.md")):
        parser.add_argument("--" + name, default=default)
    parser.add_argument("--jobs", type=read_jobs, default=os.environ.get("JOBS", "2"), help="mutants at once, at least 1")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--dry", action="store_true")
    options = parser.parse_args()
    if not os.path.exists("build/weft-grade"):
        sys.exit("mutants: there is no build/weft-grade: make grader builds it")
    course = json.loads(subprocess.run(["build/weft-grade", "list", "--json"], capture_output=True, check=True).stdout)
    options.titles = {lab["name"]: lab["title"] for lab in course["labs"] if lab["state"] == "built"}
    options.tests = {test["name"] for lab in course["labs"] for test in lab.get("tests", [])}
    options.clauses = {clause["id"] for clause in course["clauses"]}
    with open("grader/variants.mk", encoding="utf-8") as text:
        flags = dict(re.findall(r"^(\S+) := (.*)$", text.read(), re.M))
    # no debugging information: a mutant on another line is not another program
    options.compile = [flags["GRADE_CC"], *flags["GRADE_COMMON"].split(), *flags["plain.flags"].split(), "-g0", *REFUSED,
                       "-Iruntime/include"]
    options.children, options.stopped, options.lock = set(), False, Lock()
    return options


def choose_labs(options):
    """Those that were named; without a name all."""
    def find(asked):
        for name in options.titles:
            if asked in (name, name.split("-")[0], name.split("-")[0].lstrip("0")):
                return name
        print(f"mutants: there is no lab {asked!r} to make mutants of; there are: {' '.join(options.titles)}", file=sys.stderr)
        sys.exit(2)
    return [find(asked) for asked in options.labs] or list(options.titles)


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)) + "/../..")
    options = read_options()
    names = choose_labs(options)
    os.makedirs(options.kept, exist_ok=True)
    alone = open(options.kept + "/lock", "w", encoding="utf-8")
    try:
        fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(f"mutants: another run uses {options.kept}: wait for its end")

    def stop(*_):
        options.stopped = True
        for child in list(options.children):
            child.terminate()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    labs = [Lab(name, options) for name in names]
    functions = sorted({function for lab in labs for _, function in lab.stamps})
    if options.function and options.function not in functions:
        print(f"mutants: there is no function {options.function!r} that a student writes; there are: {' '.join(functions)}", file=sys.stderr)
        sys.exit(2)
    complete = True
    try:
        for lab in labs:
            complete = run_lab(lab) and complete and not lab.unreadable
    except Stopped:
        say("mutants: stopped; what is known is kept, and the next run goes on from there")
        sys.exit(130)
    known = [(read_known(f"{options.lists}/{name}.txt", name)[0], title) for name, title in options.titles.items()]
    write_page(options.page, "docs/generated.head", [pair for pair in known if pair[0].entries])
    sys.exit(0 if complete else 1)


if __name__ == "__main__":
    try:
        main()
    except OSError as problem:  # a file is replaced as a whole, or not at all
        sys.exit(f"mutants: {problem.filename or 'a file'}: {problem.strerror or problem}: what was known before stays as it was")
