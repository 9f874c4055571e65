# SPDX-License-Identifier: MIT
"""Whether structure.py finds what it looks for: each kind of fault is put into
a copy of the sources, found, and gone with the copy."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import structure

PARTS = ("src", "doc", "tests/check", "README.md", "configure.ac")


class Copy:
    """A copy of what is looked at, and the symbols of its object files."""

    def __init__(self, top, folder, symbols):
        self.top = Path(folder)
        self.symbols = dict(symbols)
        for part in PARTS:
            source, target = Path(top, part), self.top / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target,
                                ignore=shutil.ignore_patterns("pictures"))
            else:
                shutil.copy(source, target)

    def add(self, name, text):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)

    def add_c(self, name, text):
        """Adds to a source of the copy what its object would then have too."""
        self.add(name, text)
        with tempfile.NamedTemporaryFile(suffix=".o") as out:
            subprocess.run(["gcc", "-xc", "-c", "-w", "-o", out.name, "-"],
                           input=text, text=True, check=True)
            defined, wanted = structure.read_symbols(out.name)
        before = self.symbols.get(name, (set(), set()))
        self.symbols[name] = (before[0] | defined, before[1] | wanted)

    def faults(self, check):
        return set(check(structure.Tree(self.top, self.symbols)))


SPDX = "/* SPDX-License-Identifier: MIT */\n"


def up_by_include(copy):
    copy.add("src/base/buf.c", '#include "poll/poller.h"\n')
    return "base may not use poll (poll/poller.h)"


def room_nobody_speaks_of(copy):
    page = copy.top / "doc/architecture.md"
    page.write_text(page.read_text(encoding="utf-8")
                    .replace("`src/base`", "the lowest room"), encoding="utf-8")
    return "doc/architecture.md: says nothing of src/base"


def up_by_symbol(copy):
    copy.add_c("src/base/buf.c", "int poller_run(void *); "
               "int buf_upwards(void) { return poller_run(0); }\n")
    return "base may not use poll (poller_run"


def table_up(copy):
    path = copy.top / "tests/check/rooms.txt"
    path.write_text(path.read_text().replace(
        "\nbase\n", "\nbase                     poll\n"))
    return "base uses poll, which does not stand above it"


def folder_without_a_line(copy):
    copy.add("src/attic/old.h", SPDX)
    return "src/attic: not in rooms.txt"


def circle_of_files(copy):
    copy.add_c("src/base/one.c", SPDX + "int two(void); int one(void) { return two(); }\n")
    copy.add_c("src/base/two.c", SPDX + "int one(void); int two(void) { return one(); }\n")
    return "src/base/one.c and src/base/two.c use one another"


def circle_of_three(copy):
    for one, other in (("red", "blue"), ("blue", "green"), ("green", "red")):
        copy.add_c(f"src/base/{one}.c",
                   f"{SPDX}int {other}(void); int {one}(void) {{ return {other}(); }}\n")
    return "circle: src/base/blue.c src/base/green.c src/base/red.c"


def name_twice(copy):
    for file in ("one", "two"):
        copy.add_c(f"src/base/{file}.c", SPDX + "int same_name(void) { return 1; }\n")
    return "same_name: defined in src/base/one.c and src/base/two.c"


def not_built(copy):
    copy.add("src/base/forgotten.c", SPDX)
    return "src/base/forgotten.c: is not built"


def foreign_prototype(copy):
    copy.add_c("src/base/one.c", SPDX + "int one_thing(void) { return 1; }\n")
    copy.add("src/base/two.h", SPDX + "/* text */\nint one_thing(void);\n")
    return "src/base/two.h:3: one_thing is defined in src/base/one.c"


def foreign_prototype_in_a_source(copy):
    copy.add_c("src/base/one.c", SPDX + "int one_thing(void) { return 1; }\n")
    copy.add_c("src/base/two.c", SPDX + "int one_thing(void);\n")
    return "src/base/two.c:2: one_thing is defined in src/base/one.c"


def foreign_object(copy):
    copy.add_c("src/base/one.c", SPDX + "const int one_table[2] = {1, 2};\n")
    copy.add("src/base/two.h", SPDX + "extern const int one_table[2];\n")
    return "src/base/two.h:2: one_table is defined in src/base/one.c"


def prototype_of_nothing(copy):
    copy.add("src/base/two.h", SPDX + "struct two {\n  int (*hook)(int);\n};\n\n"
             "struct two *two_make(int (*hook)(int), const char *name)\n"
             "    __attribute__((format(printf, 2, 3)));\n")
    return "src/base/two.h:6: two_make is defined nowhere"


def dead_citation(copy):
    copy.add("src/base/buf.h", "/* as told in HANDBOOK.md */\n")
    return "there is no HANDBOOK.md"


def dead_section(copy):
    copy.add("src/base/buf.h", "/* the third state (B.12) */\n")
    return "a section of nothing here: B.12"


def dead_path(copy):
    copy.add("doc/architecture.md", "\nSee `src/base/{buf,nowhere}.c`.\n")
    return "there is no src/base/{buf,nowhere}.c"


def dead_function(copy):
    copy.add("doc/architecture.md", "\nThen `buf_fly_away()` is called.\n")
    return "there is no function buf_fly_away()"


def dead_file(copy):
    copy.add("doc/architecture.md", "\nIt stands in nowhere.c alone.\n")
    return "there is no file nowhere.c"


def dead_link(copy):
    copy.add("doc/architecture.md", "\nRead [on](nowhere.md).\n")
    return "there is no nowhere.md"


def comment_on_nothing(copy):
    copy.add("src/base/buf.c", "/* See base/nowhere.h. */\n")
    return "speaks of base/nowhere.h, which is not there"


def comment_on_no_function(copy):
    copy.add("src/base/buf.c", "/* Like buf_fly_away(). */\n")
    return "speaks of buf_fly_away(), which is not there"


def full_folder(copy):
    for number in range(structure.FOLDER + 1):
        copy.add(f"src/energy/one_{number}.c", SPDX)
    return ".c files, more than"


def long_file(copy):
    copy.add("src/base/buf.h", "\n" * (structure.FILE + 1))
    return "lines, more than"


def without_licence(copy):
    copy.add("src/base/bare.h", "/* nothing here */\n")
    return "src/base/bare.h: without its SPDX line"


CASES = {
    structure.check_rooms: (table_up, folder_without_a_line, room_nobody_speaks_of),
    structure.check_includes: (up_by_include,),
    structure.check_symbols: (up_by_symbol, name_twice, not_built),
    structure.check_circles: (circle_of_files, circle_of_three),
    structure.check_prototypes: (foreign_prototype, foreign_prototype_in_a_source,
                                 foreign_object, prototype_of_nothing),
    structure.check_citations: (dead_citation, dead_section),
    structure.check_comments: (comment_on_nothing, comment_on_no_function),
    structure.check_documents: (dead_path, dead_function, dead_file, dead_link),
    structure.check_sizes: (full_folder, long_file),
    structure.check_licences: (without_licence,),
}


def found_by(check, case, top, symbols):
    """Whether the check sees what the case puts in, and does not without it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(top, folder, symbols)
        before = copy.faults(check)
        wanted = case(copy)
        if any(wanted in fault for fault in copy.faults(check) - before):
            return True
    print(f"not found: {case.__name__}: {wanted}")
    return False


def run(top, symbols):
    assert set(CASES) == set(structure.CHECKS)
    found = [found_by(check, case, top, symbols)
             for check, cases in CASES.items() for case in cases]
    print(f"{sum(found)} of {len(found)} kinds of fault are found")
    return 0 if all(found) else 1
