#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the sources to their structure. Each fault is one line.

  rooms       a folder of src/ uses another one that rooms.txt does not allow it,
              by an include or by a symbol; rooms.txt itself points only upwards
  circles     files that use one another's symbols in a circle, by what their
              object files define and want; the same name defined twice
  prototypes  a function or object is declared elsewhere than in the header of
              the file that defines it, or of the module that file is a part of
  citations   a document, or a section of one, that is not in the repository
  documents   a path, file or function() named in a document that does not exist
  sizes       a folder with more than FOLDER .c files, a file of more than FILE lines
  licences    a source without its SPDX line

usage: structure.py OBJECTS [TOP]     OBJECTS: the build's folder of src's objects
       structure.py --self-test OBJECTS [TOP]
"""

import collections
import fnmatch
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

FOLDER, FILE = 20, 600
SOURCES = (".c", ".h", ".py", ".sh", ".js", ".mk", ".am", ".ac", ".pl")
# declared by collectd and by tools, not by us
FOREIGN = {"module_register", "main"}


def lines_of(path):
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


# -- reading C ------------------------------------------------------------------------

TOKENS = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
                    r"|^[ \t]*#(?:\\\n|[^\n])*", re.DOTALL | re.MULTILINE)


def bare(text):
    """C without comments, texts and preprocessor lines; lines stay lines."""
    return TOKENS.sub(lambda m: "\n" * m.group().count("\n") or " ", text)


def statements(text):
    """(line, statement) of file scope; what is in braces is left out."""
    depth, begin, kept = 0, 1, []
    line = 1
    for char in bare(text):
        if char == "\n":
            line += 1
        if char == "{":
            depth += 1
            kept.append("{}")
            continue
        if char == "}":
            depth -= 1
            if depth == 0 and is_body("".join(kept)):
                kept = []
            continue
        if depth:
            continue
        if char == ";":
            yield begin, " ".join("".join(kept).split())
            kept = []
            continue
        if not kept and char.isspace():
            continue
        if not kept:
            begin = line
        kept.append(char)


def is_body(statement):
    """Whether what went before a closed brace was a function's head."""
    return ")" in statement and "=" not in statement.split("{}")[0]


ATTRIBUTE = re.compile(r"__attribute__\s*\(\(.*?\)\)\)?|_Noreturn")


def declared(statement):
    """The name that a statement declares for other files, or None."""
    statement = ATTRIBUTE.sub(" ", statement).strip()
    if re.match(r"(static|typedef)\b", statement):
        return None
    if statement.startswith("extern"):
        match = re.match(r"extern\b[^=(]*?\b(\w+)\s*(?:\[.*\])?$", statement)
        if match:
            return match.group(1)
    match = re.match(r"[\w\s*]*?\b(\w+)\s*\(", statement)
    if match and "{}" not in statement and "=" not in statement \
            and not statement.startswith(("struct {", "_Static_assert")):
        return match.group(1)
    return None


# -- the tree -------------------------------------------------------------------------

class Tree:
    """The repository, and what its object files define and want."""

    def __init__(self, top, symbols):
        self.top = Path(top)
        self.src = self.top / "src"
        self.symbols = symbols            # file -> (defined, wanted)
        self.rooms = self._rooms()
        self.files = sorted(p for p in self.src.rglob("*.[ch]"))

    def _rooms(self):
        rooms = {}
        for line in lines_of(self.top / "tests/check/rooms.txt"):
            words = line.split("#")[0].split()
            if words:
                rooms[words[0]] = words[1:]
        return rooms

    def name(self, path):
        return str(path.relative_to(self.top))

    def tracked(self):
        """What is in the repository, or in a copy of it without git."""
        git = subprocess.run(["git", "-C", self.top, "ls-files", "-co",
                              "--exclude-standard"], text=True,
                             capture_output=True, check=False)
        if git.returncode == 0 and git.stdout and (self.top / ".git").exists():
            names = git.stdout.splitlines()
        else:
            names = [self.name(p) for p in self.top.rglob("*")
                     if "var" not in p.relative_to(self.top).parts[:1]]
        return [n for n in names if (self.top / n).is_file()]


def room_of(name):
    return os.path.dirname(name).removeprefix("src/")


def objects_symbols(objects, top):
    """{"src/base/buf.c": (defined, wanted)} of each source that has an object."""
    found = {}
    for path in sorted(Path(objects).rglob("*.o")):
        folder = path.parent
        if folder.name == ".libs":
            folder = folder.parent
        stem = re.sub(r"^[a-z_]+_la-|^[a-z_]+-", "", path.stem)
        name = f"src/{folder.relative_to(objects)}/{stem}.c"
        if name not in found and os.path.exists(os.path.join(top, name)):
            found[name] = read_symbols(path)
    return found


def read_symbols(path):
    defined, wanted = set(), set()
    out = subprocess.run(["nm", "-g", path], text=True, capture_output=True,
                         check=True).stdout
    for line in out.splitlines():
        kind, name = line.split()[-2:]
        (wanted if kind in "Uwv" else defined).add(name)
    return defined, wanted


# -- the checks -----------------------------------------------------------------------

def check_rooms(tree):
    seen = []
    for room, uses in tree.rooms.items():
        if not (tree.src / room).is_dir():
            yield f"rooms.txt: src/{room} is not there"
        for other in uses:
            inside = other.startswith(room + "/")
            if other not in seen and other != "utils" and not inside:
                yield f"rooms.txt: {room} uses {other}, which does not stand above it"
        seen.append(room)
    for folder in sorted({p.parent for p in tree.files}):
        room = str(folder.relative_to(tree.src))
        if room not in tree.rooms:
            yield f"src/{room}: not in rooms.txt"
    page = (tree.top / "doc/architecture.md").read_text(encoding="utf-8")
    for room in tree.rooms:
        if f"`src/{room}`" not in page:
            yield f"doc/architecture.md: says nothing of src/{room}"


def may_use(tree, room, other):
    return other == room or other in tree.rooms.get(room, ())


def check_includes(tree):
    for path in tree.files:
        room = str(path.parent.relative_to(tree.src))
        for number, line in enumerate(lines_of(path), 1):
            match = re.match(r'#include "([^"]+)"', line)
            if not match or match.group(1) == "config.h":
                continue
            other = os.path.dirname(match.group(1))
            if other.split("/")[0] == "utils":
                other = "utils"
            if other and not may_use(tree, room, other):
                yield (f"{tree.name(path)}:{number}: {room} may not use {other}"
                       f" ({match.group(1)})")


def uses_of(tree):
    """{file: {file it takes symbols from: one of the symbols}}"""
    where = {name: file for file, (defined, _) in tree.symbols.items()
             for name in defined if name not in FOREIGN}
    uses = collections.defaultdict(dict)
    for file, (_, wanted) in tree.symbols.items():
        for name in sorted(wanted):
            if where.get(name, file) != file:
                uses[file].setdefault(where[name], name)
    return uses


def check_symbols(tree):
    for path in tree.files:
        if path.suffix == ".c" and tree.name(path) not in tree.symbols:
            yield f"{tree.name(path)}: is not built (no object file)"
    defined = collections.defaultdict(list)
    for file, (names, _) in tree.symbols.items():
        for name in names - FOREIGN:
            defined[name].append(file)
    for name, files in sorted(defined.items()):
        if len(files) > 1:
            yield f"{name}: defined in {' and '.join(sorted(files))}"
    for file, others in sorted(uses_of(tree).items()):
        for other, name in sorted(others.items()):
            if not may_use(tree, room_of(file), room_of(other)):
                yield (f"{file}: {room_of(file)} may not use {room_of(other)}"
                       f" ({name}, of {other})")


def circles(uses):
    """Strongly connected groups of more than one (Tarjan)."""
    index, low, stack, on_stack, groups = {}, {}, [], set(), []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        on_stack.add(node)
        for other in uses.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in on_stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = []
            while True:
                group.append(stack.pop())
                on_stack.discard(group[-1])
                if group[-1] == node:
                    break
            if len(group) > 1:
                groups.append(sorted(group))

    sys.setrecursionlimit(10000)
    for node in sorted(uses):
        if node not in index:
            visit(node)
    return groups


def check_circles(tree):
    uses = uses_of(tree)
    for group in circles(uses):
        for one, other in itertools.combinations(group, 2):
            if other in uses.get(one, ()) and one in uses.get(other, ()):
                yield (f"{one} and {other} use one another"
                       f" ({uses[one][other]}, {uses[other][one]})")
        yield f"circle: {' '.join(group)}"


def home_of(tree):
    return {name: file for file, (defined, _) in tree.symbols.items()
            for name in defined}


def headers_of(source):
    """Where a file's functions may be declared: in its own header, or in that of
    the module it is a part of: store_db.c in store.h, or among themselves in
    store_internal.h."""
    folder, stem = os.path.split(source.removesuffix(".c"))
    parts = stem.split("_")
    stems = ["_".join(parts[:n]) for n in range(1, len(parts) + 1)]
    return {f"{folder}/{s}{end}.h" for s in stems for end in ("", "_internal")}


def check_prototypes(tree):
    home = home_of(tree)
    for path in tree.files:
        name = tree.name(path)
        for number, statement in statements(path.read_text(encoding="utf-8")):
            found = declared(statement)
            if not found or (path.suffix == ".c" and home.get(found) == name):
                continue
            where = home.get(found)
            if where is None:
                if path.suffix == ".h":
                    yield f"{name}:{number}: {found} is defined nowhere"
            elif name not in headers_of(where):
                yield f"{name}:{number}: {found} is defined in {where}"


CITED = re.compile(r"(?<![\w*$/.-])([\w./-]*[A-Za-z][\w-]*\.md)\b")
# "A.1", "B.12": a section, of a document that nobody here can open
SECTION = re.compile(r"(?<![\w.%<\"'])[A-H]\.[0-9]+\b(?!\.[0-9])"
                     r"|\b(?:of|in|see|by|per) [A-Z]{5,}(?:-[A-Z]+)* [0-9]+(?:\.[0-9]+)?\b")
BINARY = (".png", ".json", ".bin", ".der", ".pem", ".ico")


def text_files(tree):
    for name in tree.tracked():
        if name.endswith(BINARY) or name.startswith("tests/fuzz/seeds/"):
            continue
        try:
            yield name, (tree.top / name).read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue


def check_citations(tree):
    there = {os.path.basename(n) for n in tree.tracked()}
    for name, lines in text_files(tree):
        if name.startswith("tests/check/structure"):
            continue  # its faults are examples
        for number, line in enumerate(lines, 1):
            for cited in CITED.findall(line):
                if os.path.basename(cited) not in there:
                    yield f"{name}:{number}: there is no {cited}"
            if Path(name).suffix in SOURCES:
                for found in SECTION.findall(line):
                    yield f"{name}:{number}: a section of nothing here: {found}"


# what comments may cite though it is no file and no function of ours: of collectd
# and of systems
ELSEWHERE = {"collectd.h", "plugin.h", "configfile.c", "sysexits.h", "cf_read_generic"}
CITED_SOURCE = re.compile(r"(?<![\w/.*<-])((?:\w+/)*[a-z]\w+\.[ch])\b")


def comments(text):
    """(line, comment) of C."""
    for match in TOKENS.finditer(text):
        if match.group().startswith(("/*", "//")):
            yield text.count("\n", 0, match.start()) + 1, match.group()


def check_comments(tree):
    names = [n for n in tree.tracked() if n.endswith((".c", ".h"))]
    texts = {n: (tree.top / n).read_text(encoding="utf-8", errors="replace") for n in names}
    there = {"/".join(Path(n).parts[i:]) for n in names for i in range(len(Path(n).parts))}
    words = set(re.findall(r"\b[a-z_]\w+\b", "\n".join(map(bare, texts.values()))))
    for name, text in texts.items():
        for line, comment in comments(text):
            for found in CITED_SOURCE.findall(comment):
                if found not in there | ELSEWHERE:
                    yield f"{name}:{line}: speaks of {found}, which is not there"
            for found in FUNCTION.findall(comment):
                if found not in words | ELSEWHERE and not system_function(found):
                    yield f"{name}:{line}: speaks of {found}(), which is not there"


QUOTED = re.compile(r"`([^`\n]+)`")
FUNCTION = re.compile(r"\b([a-z_][a-z0-9_]{2,})\(\)")
SOURCE_FILE = re.compile(r"(?<![\w/*.}-])(\w+\.[ch])\b")
PLACEHOLDER = re.compile(r"NAME|FILE|KIND")
LINK = re.compile(r"\]\(([^)#\s]+)")


def alternatives(word):
    """a{b,c}d -> abd, acd"""
    match = re.search(r"\{([^{}]*,[^{}]*)\}", word)
    if not match:
        return [word]
    return [one for part in match.group(1).split(",")
            for one in alternatives(word[:match.start()] + part + word[match.end():])]


def check_documents(tree):
    names = tree.tracked()
    known = set(names) | {str(p) for n in names for p in Path(n).parents}
    base = {os.path.basename(n) for n in names}
    tops = {n.split("/")[0] for n in names if "/" in n}
    code = "\n".join(bare((tree.top / n).read_text(encoding="utf-8", errors="replace"))
                     if n.endswith((".c", ".h")) else
                     (tree.top / n).read_text(encoding="utf-8", errors="replace")
                     for n in names if n.endswith((".c", ".h", ".py", ".sh"))
                     and not n.startswith("tests/check/structure"))
    functions = set(re.findall(r"\b([a-z_][a-z0-9_]+)\s*\(", code))
    # function pointers and hooks: (*name)(
    functions |= set(re.findall(r"\(\*\s*([a-z_]\w+)\)\s*\(", code))

    def is_path(word, folder):
        word = word.rstrip("/").removeprefix("./")
        places = {word, os.path.normpath(os.path.join(folder, word))}
        return any(p in known or fnmatch.filter(known, p) for p in places)

    for name in names:
        if not name.endswith(".md"):
            continue
        folder = os.path.dirname(name)
        for number, line in enumerate(lines_of(tree.top / name), 1):
            for target in LINK.findall(line):
                if "://" not in target and not target.startswith("mailto:") \
                        and not is_path(target, folder):
                    yield f"{name}:{number}: there is no {target}"
            for quoted in QUOTED.findall(line):
                word = quoted.split()[0] if quoted.split() else ""
                if "/" in word and word.split("/")[0] in tops \
                        and re.fullmatch(r"[\w./{},*-]+", word) \
                        and not PLACEHOLDER.search(word) \
                        and not all(is_path(w, folder) for w in alternatives(word)):
                    yield f"{name}:{number}: there is no {word}"
            for found in FUNCTION.findall(line):
                if found not in functions and not system_function(found):
                    yield f"{name}:{number}: there is no function {found}()"
            for found in SOURCE_FILE.findall(line):
                if found not in base and not PLACEHOLDER.search(found):
                    yield f"{name}:{number}: there is no file {found}"


def system_function(name):
    """Whether libc's or a library's headers know it: collectd, curl, sqlite."""
    if name not in system_function.known:
        system_function.known[name] = subprocess.run(
            ["grep", "-rqlw", "--include=*.h", name, "/usr/include"],
            check=False).returncode == 0
    return system_function.known[name]


system_function.known = {}


def check_sizes(tree):
    for folder, files in itertools.groupby(tree.files, key=lambda p: p.parent):
        count = sum(1 for p in files if p.suffix == ".c")
        if count > FOLDER:
            yield f"{tree.name(folder)}: {count} .c files, more than {FOLDER}"
    for path in tree.files:
        count = len(lines_of(path))
        if count > FILE:
            yield f"{tree.name(path)}: {count} lines, more than {FILE}"


def check_licences(tree):
    for name in tree.tracked():
        path = tree.top / name
        if path.suffix not in SOURCES and not name.endswith("check.sh"):
            continue
        if not any("SPDX-License-Identifier: " in line for line in lines_of(path)[:3]):
            yield f"{name}: without its SPDX line"


CHECKS = (check_rooms, check_includes, check_symbols, check_circles,
          check_prototypes, check_citations, check_comments, check_documents, check_sizes,
          check_licences)


def faults(tree):
    return [fault for check in CHECKS for fault in check(tree)]


def main(arguments):
    test = arguments[:1] == ["--self-test"]
    if test:
        arguments = arguments[1:]
    if not arguments:
        sys.exit(__doc__)
    top = arguments[1] if len(arguments) > 1 else Path(__file__).resolve().parents[2]
    symbols = objects_symbols(arguments[0], top)
    if not symbols:
        sys.exit(f"there are no object files in {arguments[0]}")
    if test:
        import structure_test  # noqa: C0415
        return structure_test.run(top, symbols)
    found = faults(Tree(top, symbols))
    print("\n".join(found))
    print(f"{len(found)} faults in {len(symbols)} files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
