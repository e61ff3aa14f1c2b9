"""A runbook as its machine reads it: a Markdown page whose commands stand in marked blocks.

    ```sh local         commands for the shop on this machine, executed in the page's order, all in one shell
    ```sh cloud         the same for Google Cloud: their words are checked, they are not executed
    ```sh local cloud   the same words for both: executed here
    ```text             what the local block above it must print; `…` stands for anything in a line, alone for any lines
"""

import re
from dataclasses import dataclass, field

FENCE = re.compile(r"^( *)```(.*)$")
KINDS = {"sh local": "local", "sh local cloud": "local", "sh cloud": "cloud", "text": "text", "json": "shown", "sql": "shown"}


class Malformed(Exception):
    """What is wrong with a page, with its line."""


@dataclass
class Block:
    """Commands and where they stand."""

    kind: str
    line: int
    text: str
    expected: str = None


@dataclass
class Page:
    """One runbook's blocks, in order."""

    name: str
    blocks: list = field(default_factory=list)

    def of(self, kind):
        return [block for block in self.blocks if block.kind == kind]


def parse(name, text, must_run=True):
    """The blocks of a page; every block of commands must say where it runs, and every step must have one."""
    page = Page(name)
    for kind, line, body in _fenced(name, text):
        if kind == "text":
            if not page.blocks or page.blocks[-1].kind != "local" or page.blocks[-1].expected is not None:
                raise Malformed(f"{name}:{line}: this answer stands behind no local block")
            page.blocks[-1].expected = body
        elif kind != "shown":
            page.blocks.append(Block(kind, line, body))
    if must_run and not page.of("local"):
        raise Malformed(f"{name}: no command of it is executed: it has no ```sh local")
    return page


def _fenced(name, text):
    lines = iter(enumerate(text.splitlines(), start=1))
    for number, line in lines:
        opening = FENCE.match(line)
        if not opening:
            continue
        indent, word = len(opening.group(1)), opening.group(2).strip()
        if word not in KINDS:
            raise Malformed(f"{name}:{number}: ```{word} says not where it runs: one of {', '.join(KINDS)}")
        yield KINDS[word], number, _body(name, number, indent, lines)


def _body(name, start, indent, lines):
    body = []
    for _, line in lines:
        if line.strip() == "```":
            return "\n".join(body)
        if line[:indent].strip():
            raise Malformed(f"{name}:{start}: a line of this block stands too far to the left: {line.strip()}")
        body.append(line[indent:])
    raise Malformed(f"{name}:{start}: this block has no end")


def fits(expected, said):
    """Whether what a block printed is what the page says."""
    return _fit(expected.strip().splitlines(), said.strip().splitlines())


def _fit(expected, said):
    if not expected:
        return not said
    if expected[0].strip() == "…":
        return any(_fit(expected[1:], said[skipped:]) for skipped in range(len(said) + 1))
    return bool(said) and _line(expected[0]).fullmatch(said[0].rstrip()) is not None and _fit(expected[1:], said[1:])


def _line(line):
    return re.compile(".*?".join(re.escape(part) for part in line.rstrip().split("…")))
