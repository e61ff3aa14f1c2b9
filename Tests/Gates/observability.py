#!/usr/bin/env python3
"""Holds infra/observability.md to the source: every line that can be logged stands there, and nothing else does.

A message is what alerts and people look for, so it must be written out where it is logged; what an interpolation puts
in stands as `{name}` on the page. Every broken rule is one line that names the file and says what to do.
"""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import swift_source

PAGE = "infra/observability.md"
# The events that alerts count, by the messages of the page.
EVENTS = "infra/terraform/modules/shop/events.json"
# Takes messages from others and has none of its own.
PASSES_ON = "Shared/Platform/Log/"
COLUMNS = ["Message", "Written by", "Severity", "Fields", "Alert"]
ALL = "all"
OPERATOR = {"Operator": "latchkey"}

_CALL = re.compile(r"(?<![\w.])(?:\w+\.)*(log|LogLine)\(")
_SEVERITY = re.compile(r"\.(debug|info|notice|warning|error|critical)\b")
_FIELD = re.compile(r'\(\s*"([^"\\]+)"\s*,')
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Call:
    """One place that logs: the messages it may write, in which severities, with which fields of its own."""

    place: str
    messages: tuple
    severities: frozenset
    fields: frozenset
    function: str


@dataclass(frozen=True)
class Row:
    """One message of the page."""

    place: str
    functions: frozenset
    severities: frozenset
    fields: frozenset
    alerts: frozenset


def main():
    faults = check(Path(__file__).resolve().parents[2])
    print("\n".join(faults) if faults else "Every line that is logged stands in the page.")
    return 1 if faults else 0


def check(root):
    """Every broken rule of the tree below `root`."""
    names = function_names(root)
    calls, faults = [], []
    for folder in ["Shared", "Functions"]:
        for file in sorted((root / folder).rglob("*.swift")):
            path = str(file.relative_to(root))
            if not path.startswith(PASSES_ON):
                target = path.split("/")[1] if folder == "Functions" else ""
                found, broken = calls_of(file.read_text(encoding="utf-8"), path, names.get(target, ""))
                calls += found
                faults += broken
    rows, broken = rows_of((root / PAGE).read_text(encoding="utf-8"))
    faults += broken
    faults += _compare(calls, rows, set(names.values()))
    events = root / EVENTS
    if events.is_file():
        faults += _compare_events(json.loads(events.read_text(encoding="utf-8")), rows)
    return faults


def function_names(root):
    """What every executable target is called."""
    table = json.loads((root / "infra/functions.json").read_text(encoding="utf-8"))
    return {row["target"]: row["name"] for row in table["functions"]} | OPERATOR


def calls_of(source, path, function=""):
    """Every call that logs, and what is wrong with the others."""
    calls, faults = [], []
    code = swift_source.blanked(source)
    for match in _CALL.finditer(code):
        place = f"{path}:{source.count(chr(10), 0, match.start()) + 1}"
        arguments = _arguments(source, match.end())
        if arguments[0].startswith("LogLine("):
            continue
        messages = [_pattern(text) for text in _literals(arguments[1])] if len(arguments) > 1 else []
        if not messages:
            faults.append(f"{place}: write the message out where it is logged")
            continue
        severities = frozenset(_SEVERITY.findall(arguments[0]))
        fields = frozenset(name for argument in arguments[2:] for name in _FIELD.findall(argument))
        calls.append(Call(place, tuple(messages), severities, fields, function))
    return calls, faults


def rows_of(text):
    """The page's messages with what it says of each."""
    rows, faults = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("| `") or len(cells) != len(COLUMNS):
            continue
        place = f"{PAGE}:{number}"
        message = _CODE.fullmatch(cells[0])
        if not message:
            faults.append(f"{place}: put the message alone in backquotes")
            continue
        key = re.sub(r"\{[^}]*\}", "{}", message[1])
        if key in rows:
            faults.append(f"{place}: «{key}» stands there twice")
        rows[key] = Row(place, _words(cells[1]), _words(cells[2]), frozenset(_CODE.findall(cells[3])), _words(cells[4]))
    return rows, faults


def _compare(calls, rows, functions):
    faults, used = [], set()
    for call in calls:
        for message in call.messages:
            row = rows.get(message)
            if row is None:
                faults.append(f"{call.place}: «{message}» is missing in {PAGE}")
                continue
            used.add(message)
            faults += _compare_one(call, message, row)
    for message, row in rows.items():
        if message not in used:
            faults.append(f"{row.place}: nothing logs «{message}»")
        unknown = row.functions - functions - {ALL}
        if unknown or not row.functions:
            faults.append(f"{row.place}: say which functions write «{message}», not {sorted(unknown)}")
    return faults


def _compare_one(call, message, row):
    faults = []
    if call.severities - row.severities:
        faults.append(f"{row.place}: «{message}» may be {sorted(call.severities)} as well ({call.place})")
    if call.fields - row.fields:
        faults.append(f"{row.place}: «{message}» has {sorted(call.fields - row.fields)} too ({call.place})")
    if call.function and not row.functions & {call.function, ALL}:
        faults.append(f"{row.place}: «{message}» is written by {call.function} ({call.place})")
    return faults


def _compare_events(events, rows):
    """The alert of each row is the event that counts its message."""
    faults, counted = [], {}
    for event in events:
        for message in event["messages"]:
            counted.setdefault(re.sub(r"\{[^}]*\}", "{}", message), set()).add(event["name"])
    for message, names in counted.items():
        if message not in rows:
            faults.append(f"{EVENTS}: {sorted(names)} counts «{message}», which nothing logs")
    by_severity = {event["name"] for event in events if not event["messages"]}
    for message, row in rows.items():
        if row.alerts - by_severity != counted.get(message, set()) - by_severity:
            faults.append(f"{row.place}: «{message}» is counted by {sorted(counted.get(message, set()))} in {EVENTS}")
    return faults


def _words(cell):
    return frozenset(word for word in re.split(r"[,\s]+", cell.replace("`", "")) if word not in {"", "–"})


def _pattern(literal):
    """A literal's text with `{}` for each interpolation."""
    out, at = [], 0
    while at < len(literal):
        if literal.startswith("\\(", at):
            at = _end_of_interpolation(literal, at + 2)
            out.append("{}")
        elif literal[at] == "\\":
            out.append(literal[at + 1])
            at += 2
        else:
            out.append(literal[at])
            at += 1
    return "".join(out)


def _arguments(source, at):
    """The arguments of the call whose parenthesis ends at `at`, without blanks around them."""
    arguments, start, depth = [], at, 0
    while True:
        character = source[at]
        if character == '"':
            at = _end_of_literal(source, at + 1)
            continue
        if depth == 0 and character in ",)":
            arguments.append(source[start:at].strip())
            start = at + 1
        if character in "([{":
            depth += 1
        elif character in ")]}":
            if depth == 0:
                return arguments
            depth -= 1
        at += 1


def _literals(expression):
    """The texts of an expression's literals as they are written."""
    found, at = [], 0
    while at < len(expression):
        if expression[at] == '"':
            end = _end_of_literal(expression, at + 1)
            found.append(expression[at + 1 : end - 1])
            at = end
        else:
            at += 1
    return found


def _end_of_literal(source, at):
    """Behind the quote that ends the one-line literal whose text begins at `at`."""
    while source[at] != '"':
        if source.startswith("\\(", at):
            at = _end_of_interpolation(source, at + 2)
        else:
            at += 2 if source[at] == "\\" else 1
    return at + 1


def _end_of_interpolation(source, at):
    """Behind the parenthesis that ends the interpolation whose code begins at `at`."""
    depth = 0
    while True:
        if source[at] == '"':
            at = _end_of_literal(source, at + 1)
            continue
        depth += (source[at] == "(") - (source[at] == ")")
        at += 1
        if depth < 0:
            return at


if __name__ == "__main__":
    sys.exit(main())
