"""source.py: mutants that nobody wrote, of what a student writes.

Every region between `/* LAB NN.Tk {` and `/* LAB NN.Tk } */` of a solution is read with libclang. A mutant is one piece of the
text put in place of another. Structure (statements, conditions, calls, declarations) comes from the syntax tree, operators and
constants come from the tokens: inside of the argument of a macro the tree has no places, and the text has.

Nothing here knows types well enough to be sure that a mutant compiles: the compiler is asked later (run.py), and so it is whether
the mutant differs from the reference at all.
"""
import hashlib
import re
from collections import Counter, namedtuple

from clang.cindex import CursorKind as K, Index, TokenKind, TypeKind

FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-pthread", "-Iruntime/include"]

OPERATORS = {
    "relation": "another comparison, or the other of and and or",
    "arithmetic": "another operator of arithmetic or bits",
    "constant": "a constant or a limit off by one, 0 or 1",
    "type": "a narrower type",
    "condition": "a condition negated, dropped, or half of it",
    "drop": "a statement or a call dropped",
    "double": "a statement or a call done twice",
    "swap": "two neighbours the other way round",
    "return": "a return too early, or of another value",
    "order": "a memory order weakened or swapped",
    "static": "static in place of automatic",
}

Mutant = namedtuple("Mutant", "id file function task operator place change start end text")
Function = namedtuple("Function", "file name stamp")

RELATIONS = {"<": ["<=", ">"], "<=": ["<", ">="], ">": [">=", "<"], ">=": [">", "<="], "==": ["!="], "!=": ["=="],
             "&&": ["||"], "||": ["&&"]}
BINARY = {"+": ["-"], "-": ["+"], "*": ["/"], "/": ["*", "%"], "%": ["/"], "&": ["|"], "|": ["&", "^"], "^": ["|"],
          "<<": [">>"], ">>": ["<<"]}
CHANGING = {"++": ["--"], "--": ["++"], "+=": ["-=", "="], "-=": ["+=", "="], "|=": ["&=", "="], "&=": ["|=", "="]}
NARROWER = {"size_t": ["uint32_t", "uint8_t"], "uint64_t": ["uint32_t", "uint8_t"], "int64_t": ["int32_t"],
            "uint32_t": ["uint16_t", "uint8_t"], "int": ["signed char"], "unsigned": ["unsigned char"],
            "long": ["int"], "time_t": ["int"]}
WEAKER = {"acquire": ["relaxed", "release"], "release": ["relaxed", "acquire"],
          "acq_rel": ["relaxed", "acquire", "release"], "seq_cst": ["acq_rel", "relaxed"]}
ATOMIC = re.compile(r"wf_(load|store|exchange|compare_exchange|fetch_\w+?)_(relaxed|acquire|release|acq_rel|seq_cst)$")
REGION = re.compile(r"/\* LAB (\S+) \{(.*?)/\* LAB \1 \} \*/", re.S)
VALUES = (TypeKind.INT, TypeKind.UINT, TypeKind.LONG, TypeKind.ULONG, TypeKind.BOOL, TypeKind.ENUM, TypeKind.POINTER,
          TypeKind.USHORT, TypeKind.UCHAR)


class Unreadable(Exception):
    """The compiler does not understand the file: where, and what it says."""


def digest(*words):
    return hashlib.sha256("\0".join(words).encode("latin-1")).hexdigest()


class Reader:
    """The mutants of one file, in the order of its text."""

    def __init__(self, path):
        with open(path, "rb") as source:
            self.text = source.read().decode("latin-1")  # one character a byte: libclang counts bytes
        self.file = path.rsplit("/", 1)[-1]
        unit = Index.create().parse(path, args=FLAGS)
        for problem in unit.diagnostics:
            if problem.severity >= problem.Error:
                raise Unreadable(f"{path}:{problem.location.line}: {problem.spelling}")
        self.found, self.functions, self.seen = [], [], Counter()
        for node in unit.cursor.get_children():
            if node.kind == K.FUNCTION_DECL and node.is_definition() and node.location.file.name == path:
                self.read_function(node)

    def read_function(self, node):
        start, end = self.extent(node)
        spans = [(m.start(2) + m.group(2).index("*/") + 2, m.end(2), m.group(1))
                 for m in REGION.finditer(self.text, start, end)]
        if not spans:
            return
        self.function, self.result = node.spelling, node.result_type.get_canonical().kind
        self.functions.append(Function(self.file, self.function, digest(self.text[start:end])[:12]))
        for self.start, self.end, self.task in spans:
            self.walk(node)
            self.read_tokens([token for token in node.get_tokens() if token.kind != TokenKind.COMMENT
                              and self.start <= token.extent.start.offset < self.end])

    # --- the text ---

    @staticmethod
    def extent(node):
        return node.extent.start.offset, node.extent.end.offset

    def inside(self, node):
        start, end = self.extent(node)
        return self.start <= start < end <= self.end

    def source(self, node):
        start, end = self.extent(node)
        return self.text[start:end]

    def statement(self, node):
        """Where it is, with its semicolon; of a labelled one what is behind the label."""
        while node.kind in (K.CASE_STMT, K.DEFAULT_STMT, K.LABEL_STMT):
            node = list(node.get_children())[-1]
        start, end = self.extent(node)
        semicolon = re.compile(r"\s*;").match(self.text, end)
        if semicolon and self.text[end - 1] != ";":
            end = semicolon.end()
        return node, start, end

    def add(self, operator, start, end, text, change=None):
        """`change`: what is read of it, where the two texts would not show it."""
        before = self.text[start:end]
        if before == text or not self.start <= start <= end <= self.end:
            return
        first = self.text.rindex("\n", 0, start) + 1
        line = self.short(self.text[first:self.text.index("\n", start)], 70)
        key = (self.file, self.function, operator, line, before, text)
        self.seen[key] += 1
        place = line + (f" ({self.seen[key]})" if self.seen[key] > 1 else "")
        change = change or f"{self.short(before)} -> {self.short(text) or '(nothing)'}"
        self.found.append(Mutant(digest(*key, str(self.seen[key]))[:8], self.file, self.function, self.task, operator,
                                 place, change, start, end, text))

    @staticmethod
    def short(text, length=60):
        text = " ".join(text.split())
        return text if len(text) <= length else text[:length - 3] + "..."

    # --- what the tree says ---

    def walk(self, node, parent=None):
        children = list(node.get_children())
        if node.kind == K.COMPOUND_STMT:
            self.read_block(children)
        if node.kind in (K.IF_STMT, K.WHILE_STMT, K.DO_STMT, K.CONDITIONAL_OPERATOR):
            self.read_condition(*self.extent(children[-1 if node.kind == K.DO_STMT else 0]))
        if node.kind == K.FOR_STMT:
            self.read_for(node)
        if node.kind in (K.IF_STMT, K.WHILE_STMT, K.FOR_STMT):
            for branch in children[1:] if node.kind == K.IF_STMT else children[-1:]:
                if branch.kind != K.COMPOUND_STMT and self.inside(branch):
                    self.read_statement(*self.statement(branch))
        if node.kind == K.BINARY_OPERATOR and len(children) == 2 and self.inside(node):
            self.read_halves(node, *children)
        if node.kind == K.CALL_EXPR and self.inside(node):
            self.read_call(node, parent)
        if node.kind == K.RETURN_STMT and children and self.inside(node):
            for value in self.values():
                self.add("return", *self.extent(children[0]), value)
        for child in children:
            self.walk(child, node)

    def values(self):
        """What a function may return besides: the text of each."""
        return [] if self.result not in VALUES else ["0"] if self.result == TypeKind.POINTER else ["0", "1"]

    def read_block(self, children):
        units = [(child, *self.statement(child)) for child in children]
        for i, (child, node, start, end) in enumerate(units):
            if node.kind == K.DECL_STMT:
                self.read_declaration(node, start, end)
            elif node.kind != K.NULL_STMT:
                self.read_statement(node, start, end)
            for value in self.values() or [""] * (self.result == TypeKind.VOID):
                early = f"return {value};" if value else "return;"
                self.add("return", start, start, early + " ", f"before it: {early}")
            if i > 0 and child == node:  # a label stays where it is
                before = units[i - 1]
                self.swap(before[2:4], (start, end))

    def swap(self, first, second):
        one, other = self.text[slice(*first)], self.text[slice(*second)]
        self.add("swap", first[0], second[1], other + self.text[first[1]:second[0]] + one,
                 f"{self.short(one, 40)} <-> {self.short(other, 40)}")

    def read_statement(self, node, start, end):
        text = self.text[start:end]
        self.add("drop", start, end, ";", "without: " + self.short(text))
        if node.kind.is_expression():
            self.add("double", start, end, "{ " + text + " " + text + " }", "twice: " + self.short(text))

    def read_declaration(self, node, start, end):
        variables = [child for child in node.get_children() if child.kind == K.VAR_DECL]
        if len(variables) != 1:
            return
        declared, name = self.text[start:end], variables[0].spelling
        split = re.match(r"(.*?\b" + re.escape(name) + r")\s*=(?!=)(.*)", declared, re.S)
        self.add("static", start, end, "static " + declared)
        if split:
            self.add("static", start, end, f"static {split.group(1)}; {name} ={split.group(2)}", f"static: {self.short(declared)}")

    def read_for(self, node):
        start, end = self.extent(node)
        depth, at, parts = 0, self.text.index("(", start), []
        for i in range(at, end):
            depth += {"(": 1, ")": -1}.get(self.text[i], 0)
            if depth == 0 or depth == 1 and self.text[i] == ";":
                parts.append(i)
            if depth == 0:
                break
        if len(parts) == 3:
            condition = self.text[parts[0] + 1:parts[1]]
            first = parts[0] + 1 + len(condition) - len(condition.lstrip())
            if condition.strip():
                self.read_condition(first, parts[1])

    def read_condition(self, start, end):
        condition = self.text[start:end]
        self.add("condition", start, end, f"!({condition})")
        self.add("condition", start, end, "1")
        self.add("condition", start, end, "0")

    def read_halves(self, node, left, right):
        (start, middle), (other, end) = self.extent(left), self.extent(right)
        if middle <= other and self.text[middle:other].strip() in ("&&", "||"):
            self.add("condition", start, end, self.text[start:middle])
            self.add("condition", start, end, self.text[other:end])

    def read_call(self, node, parent):
        start, end = self.extent(node)
        if parent.kind != K.COMPOUND_STMT and node.type.get_canonical().kind in VALUES:
            text = self.text[start:end]
            self.add("drop", start, end, "0")
            self.add("double", start, end, f"({text}, {text})", "twice: " + self.short(text))
        arguments = [self.extent(argument) for argument in node.get_arguments()]
        for (a, b), (c, d) in zip(arguments, arguments[1:]):
            if b <= c:
                self.swap((a, b), (c, d))

    # --- what the tokens say ---

    def read_tokens(self, tokens):
        for i, token in enumerate(tokens):
            word, (start, end) = token.spelling, self.extent(token)
            before = tokens[i - 1] if i else None
            following = tokens[i + 1].spelling if i + 1 < len(tokens) else ""
            is_binary = before is not None and (before.kind in (TokenKind.IDENTIFIER, TokenKind.LITERAL)
                                                or before.spelling in (")", "]"))
            for other in RELATIONS.get(word, []):
                self.add("relation", start, end, other)
            for other in (BINARY.get(word, []) if is_binary else []) + CHANGING.get(word, []):
                self.add("arithmetic", start, end, other)
            for other in NARROWER.get(word, []):
                self.add("type", start, end, other)
            if word == "!":
                self.add("condition", start, end, "")
            if word == "~":
                self.add("arithmetic", start, end, "")
            if word in ("true", "false"):
                self.add("constant", start, end, "false" if word == "true" else "true")
            if re.fullmatch(r"(0|[1-9][0-9]*)[uUlL]*", word):
                number = int(word.rstrip("uUlL"))
                for other in sorted({number + 1, number - 1, 0, 1} - {number}):
                    self.add("constant", start, end, str(other))
            if re.fullmatch(r"[A-Z][A-Z0-9_]+", word) and word != "NULL" and following != "(":
                for other in (f"({word} + 1)", f"({word} - 1)", "0", "1"):
                    self.add("constant", start, end, other)
            atomic = ATOMIC.match(word)
            if atomic and following == "(":
                self.read_order(atomic.group(1), atomic.group(2), start)

    def read_order(self, what, order, start):
        """Another order, also one that no macro of the course has: C11's own operation stands in its place."""
        first = end = self.text.index("(", start) + 1
        depth = 1
        while depth:
            depth += {"(": 1, ")": -1}.get(self.text[end], 0)
            end += 1
        name = "compare_exchange_strong" if what == "compare_exchange" else what
        for other in WEAKER.get(order, []):
            if (what, other) in (("load", "release"), ("store", "acquire")):
                continue  # C11 forbids it
            failing = "" if what != "compare_exchange" else \
                ", memory_order_" + ("acquire" if other in ("acquire", "acq_rel") else "relaxed")
            self.add("order", start, end, f"atomic_{name}_explicit({self.text[first:end - 1]}, memory_order_{other}{failing})",
                     f"{what} {order} -> {other}")


def read(path):
    """The functions with regions and the mutants of a file. Raises Unreadable."""
    reader = Reader(path)
    return reader.functions, reader.found, reader.text
