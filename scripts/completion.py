#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the shell completions of kasactl from what its --help says.

scripts/completion.py KASACTL bash|zsh|fish"""
import re
import subprocess
import sys


def help_of(kasactl, *words):
    return subprocess.run([kasactl, *words, "--help"], check=True, text=True,
                          capture_output=True).stdout


def words_of(name, text):
    """{word: the words that may follow it}"""
    rows = []
    if name == "alerts":
        # "  queue list, queue retry ID   what it does"
        for row in re.findall(r"^  ([a-z].*?)(?:  .*)?$", text, re.MULTILINE):
            rows += [re.match(r"[a-z]+(?: [a-z]+(?![a-z|]))?", part)[0].split()
                     for part in row.split(", ")]
    if name in ("energy", "appliance"):
        rows = [[w] for w in re.findall(rf"kasactl {name} ([a-z]+)", text)]
    if name == "energy":
        rows += [[w] for w in
                 re.findall(r"^([a-z]+)(?: [\[A-Z-][^:\n]*)?: ", text, re.MULTILINE)]
    out = {}
    for first, *rest in sorted(rows):
        out.setdefault(first, []).extend(rest)
    return out


def commands_of(kasactl):
    """{command: (summary, options, words_of)}"""
    rows = re.findall(r"^  (\w+) +(.*)$", help_of(kasactl), re.MULTILINE)
    out = {}
    for name, summary in rows:
        text = help_of(kasactl, name)
        options = sorted(set(re.findall(r"--[a-z][a-z-]+", text)) | {"--help"})
        out[name] = (summary, options, words_of(name, text))
    return out


def places(commands):
    """(command, the word before or "", what may stand there), by place."""
    for name, (_, _, words) in commands.items():
        if words:
            yield name, "", list(words)
        for word, second in words.items():
            if second:
                yield name, word, second


def bash(commands):
    yield "# bash completion for kasactl; made by scripts/completion.py"
    yield "_kasactl() {"
    yield "  local word=${COMP_WORDS[COMP_CWORD]} words="
    yield "  case $COMP_CWORD:${COMP_WORDS[1]}:${COMP_WORDS[2]} in"
    yield f"  1:*) words='{' '.join(commands)} --help --version' ;;"
    for name, before, words in places(commands):
        place = f"3:{name}:{before}" if before else f"2:{name}:*"
        yield f"  {place}) words='{' '.join(words)}' ;;"
    yield "  esac"
    yield "  [ \"$COMP_CWORD\" -eq 1 ] || case ${COMP_WORDS[1]} in"
    for name, (_, options, _) in commands.items():
        yield f"  {name}) words+=' {' '.join(options)}' ;;"
    yield "  esac"
    yield "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")"
    yield "}"
    yield "complete -o default -F _kasactl kasactl"


def zsh(commands):
    yield "#compdef kasactl"
    yield "# zsh completion for kasactl; made by scripts/completion.py"
    yield "local -a commands"
    yield "commands=("
    for name, (summary, _, _) in commands.items():
        yield f"  '{name}:{summary.replace(chr(39), '')}'"
    yield ")"
    yield "if (( CURRENT == 2 )); then"
    yield "  _describe command commands"
    yield "  return"
    yield "fi"
    yield "case $CURRENT:$words[2]:$words[3] in"
    for name, before, words in places(commands):
        place = f"4:{name}:{before}" if before else f"3:{name}:*"
        yield f"{place}) compadd -- {' '.join(words)} ;;"
    yield "esac"
    yield "case $words[2] in"
    for name, (_, options, _) in commands.items():
        yield f"{name}) compadd -- {' '.join(options)}; _files ;;"
    yield "esac"


def fish(commands):
    yield "# fish completion for kasactl; made by scripts/completion.py"
    typed = "set -l t (commandline -opc)"
    for name, (summary, _, _) in commands.items():
        text = summary.replace("'", "")
        yield (f"complete -c kasactl -n '{typed}; test (count $t) -eq 1'"
               f" -f -a {name} -d '{text}'")
    for name, (_, options, _) in commands.items():
        for option in options:
            yield (f"complete -c kasactl -n '{typed}; test \"$t[2]\" = {name}'"
                   f" -l {option[2:]}")
    for name, before, words in places(commands):
        place = f'test "$t[2]" = {name}; and test (count $t) -eq {3 if before else 2}'
        if before:
            place += f'; and test "$t[3]" = {before}'
        yield f"complete -c kasactl -n '{typed}; {place}' -f -a '{' '.join(words)}'"


def main():
    writers = {"bash": bash, "zsh": zsh, "fish": fish}
    if len(sys.argv) != 3 or sys.argv[2] not in writers:
        sys.exit(__doc__)
    print("\n".join(writers[sys.argv[2]](commands_of(sys.argv[1]))))


main()
