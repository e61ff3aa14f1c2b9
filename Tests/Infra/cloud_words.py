"""Checks that the gcloud commands of a text exist, with every flag they are given, in the tree that gcloud itself
completes from. Nothing is executed and no account is needed."""

import importlib.util
import re
import shlex
import shutil
from pathlib import Path

OPERATORS = {"()", "|", "||", "&&", ";", "&", "(", ")", ">", ">>", "<", "|&", "\n"}
KEYWORDS = {"do", "then", "else", "!", "{", "if", "while", "until"}


def tree():
    """gcloud's own tree of commands and flags; `None` where gcloud is not installed."""
    program = shutil.which("gcloud")
    if program is None:
        return None
    for root in Path(program).resolve().parents:
        for file in [root / "data/cli/gcloud_completions.py", root / "google-cloud-sdk/data/cli/gcloud_completions.py"]:
            if file.exists():
                spec = importlib.util.spec_from_file_location("gcloud_completions", file)
                module = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(module)
                return module.STATIC_COMPLETION_CLI_TREE
    return None


def commands(text, program):
    """Every call of a program in a shell text, as words, those in `$(…)` included."""
    text, found = text.replace("\\\n", " "), []
    while (start := text.find("$(")) >= 0:
        end = _end(text, start + 2)
        found += commands(text[start + 2 : end], program)
        text = text[:start] + "SUBSTITUTED" + text[end + 1 :]
    for line in text.splitlines():
        words = []
        for word in [*_words(line), ";"]:
            if word in OPERATORS:
                found += _call(words, program)
                words = []
            else:
                words.append(word)
    return found


def _end(text, position):
    """Where the parenthesis that stands open is closed; those in single quotes are none."""
    depth, is_quoted = 1, False
    for place in range(position, len(text)):
        letter = text[place]
        is_quoted ^= letter == "'"
        depth += 0 if is_quoted else {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return place
    return len(text)


def _words(line):
    read = shlex.shlex(line, posix=True, punctuation_chars="();<>|&")
    read.whitespace_split, read.commenters = True, "#"
    return list(read)


def _call(words, program):
    while words and (words[0] in KEYWORDS or re.fullmatch(r"[A-Za-z_]\w*=.*", words[0], re.DOTALL)):
        words = words[1:]
    return [words] if words[:1] == [program] else []


def faults(words, root):
    """What gcloud would not know of one call: a group, a command or a flag."""
    node, known, path = root, dict(root["flags"]), ["gcloud"]
    rest = words[1:]
    while rest and rest[0] in node["commands"]:
        node = node["commands"][rest[0]]
        known |= node["flags"]
        path.append(rest.pop(0))
    if node["commands"]:
        return [f"`{' '.join(path)}` has no command `{rest[0] if rest else ''}`"]
    return [
        f"`{' '.join(path)}` has no flag {flag}"
        for flag in (word.split("=", 1)[0] for word in rest if word.startswith("--") and word != "--")
        if not _is_known(flag, known)
    ]


def _is_known(flag, known):
    return flag in known or flag.replace("--no-", "--", 1) in known
