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


def commands_of(kasactl):
    """{command: (summary, options, subcommands)}"""
    rows = re.findall(r"^  (\w+) +(.*)$", help_of(kasactl), re.MULTILINE)
    out = {}
    for name, summary in rows:
        text = help_of(kasactl, name)
        options = sorted(set(re.findall(r"--[a-z][a-z-]+", text)) | {"--help"})
        words = []
        if name == "alerts":
            for row in re.findall(r"^  ([a-z].*?)(?:   .*)?$", text, re.MULTILINE):
                words += [part.split()[0] for part in row.split(", ")]
        if name in ("energy", "appliance"):
            words = re.findall(rf"kasactl {name} ([a-z]+)", text)
        if name == "energy":
            words += re.findall(r"^([a-z]+)(?: [\[A-Z-][^:\n]*)?: ", text, re.MULTILINE)
        out[name] = (summary, options, sorted(set(words)))
    return out


def bash(commands):
    yield "# bash completion for kasactl; made by scripts/completion.py"
    yield "_kasactl() {"
    yield "  local word=${COMP_WORDS[COMP_CWORD]} words"
    yield "  if [ \"$COMP_CWORD\" -eq 1 ]; then"
    yield f"    words='{' '.join(commands)} --help --version'"
    yield "  else"
    yield "    case ${COMP_WORDS[1]} in"
    for name, (_, options, words) in commands.items():
        yield f"    {name}) words='{' '.join(words + options)}' ;;"
    yield "    *) words='' ;;"
    yield "    esac"
    yield "  fi"
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
    yield "case $words[2] in"
    for name, (_, options, words) in commands.items():
        yield f"{name}) compadd -- {' '.join(words + options)}; _files ;;"
    yield "esac"


def fish(commands):
    yield "# fish completion for kasactl; made by scripts/completion.py"
    for name, (summary, options, words) in commands.items():
        text = summary.replace("'", "")
        yield f"complete -c kasactl -n __fish_use_subcommand -f -a {name} -d '{text}'"
        seen = f"'__fish_seen_subcommand_from {name}'"
        for option in options:
            yield f"complete -c kasactl -n {seen} -l {option[2:]}"
        for word in words:
            yield f"complete -c kasactl -n {seen} -a {word}"


def main():
    writers = {"bash": bash, "zsh": zsh, "fish": fish}
    if len(sys.argv) != 3 or sys.argv[2] not in writers:
        sys.exit(__doc__)
    print("\n".join(writers[sys.argv[2]](commands_of(sys.argv[1]))))


main()
