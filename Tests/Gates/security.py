#!/usr/bin/env python3
"""Holds what infra/security says to what is there.

Compares infra/security/asvs.csv with the standard itself, and every file and test that it, the threats and the policy
name with the repository. Every rule is a function below; every broken rule is one line that says where and what to do.
"""

import csv
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import security_documents
import security_references
import security_sources

STANDARD = "Tests/Vectors/asvs/asvs-5.0.0.csv"
TABLE = "infra/security/asvs.csv"
COLUMNS = ["id", "level", "requirement", "status", "where", "test", "note"]

# Which of the standard's requirements are looked at: levels 1 and 2, and level 3 of these chapters.
LEVEL = 2
THOROUGH_CHAPTERS = {"V9": "self-contained tokens", "V11": "cryptography", "V16": "logging and errors"}

MET, NOT_APPLICABLE, OPEN = "met", "not applicable", "open"
SHORTEST_REASON = 20
WAITING = "waits for "
# How many may wait for work that is under way; it only ever falls.
MOST_OPEN = 0


@dataclass(frozen=True)
class Row:
    """One requirement and what is said about it."""

    id: str
    level: str
    requirement: str
    status: str
    where: str
    test: str
    note: str

    @property
    def place(self):
        return f"{TABLE}: {self.id}"


def main():
    root = Path(__file__).resolve().parents[2]
    faults = check(root)
    for fault in faults:
        print(fault)
    rows = table(root)
    count = Counter(row.status for row in rows)
    for row in rows:
        if row.status == OPEN:
            print(f"open: {row.id} {row.note}")
    print(
        f"security: {len(rows)} requirements, {count[MET]} met, {count[NOT_APPLICABLE]} not applicable, "
        f"{count[OPEN]} open, {len(faults)} faults"
    )
    return 1 if faults else 0


def check(root):
    """Every broken rule, one line each."""
    rows, wanted = table(root), required(root)
    rules = [complete, quoted, known_status, met_by_something, reasons, waiting_for_something, few_open]
    faults = [fault for rule in rules for fault in rule(rows, wanted)]
    references = security_references.References(root)
    faults += [fault for row in rows for fault in _broken_references(row, references)]
    faults += security_documents.faults(root, [(row.place, f"{row.where} {row.note}") for row in rows], references)
    return faults + security_sources.faults(root, {row.id: row.status for row in rows})


def table(root):
    """The rows of our table."""
    with open(root / TABLE, encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        if next(lines, None) != COLUMNS:
            raise SystemExit(f"{TABLE}: the columns must be {', '.join(COLUMNS)}")
        return [Row(*line) for line in lines]


def required(root):
    """The standard's requirements that we look at, by ID, in its order."""
    with open(root / STANDARD, encoding="utf-8", newline="") as file:
        return {line["req_id"]: line for line in csv.DictReader(file) if _is_looked_at(line)}


def _is_looked_at(line):
    return int(line["L"]) <= LEVEL or line["chapter_id"] in THOROUGH_CHAPTERS


def complete(rows, wanted):
    """A requirement is missing, stands twice, or is none of those we look at."""
    count = Counter(row.id for row in rows)
    for id in wanted:
        if count[id] == 0:
            yield f"{TABLE}: {id} is missing: say whether it is met"
    for id, times in count.items():
        if id not in wanted:
            yield f"{TABLE}: {id} is no requirement of level 1 or 2, nor of {', '.join(THOROUGH_CHAPTERS)}"
        elif times > 1:
            yield f"{TABLE}: {id} stands {times} times"


def quoted(rows, wanted):
    """A row's level or text is not the standard's."""
    for row in rows:
        source = wanted.get(row.id)
        if source and (row.level, row.requirement) != (source["L"], source["req_description"]):
            yield f"{row.place}: level or text is not the standard's: take both from {STANDARD}"


def known_status(rows, wanted):
    """A row's status is none."""
    for row in rows:
        if row.status not in (MET, NOT_APPLICABLE, OPEN):
            yield f"{row.place}: status «{row.status}» is none of {MET}, {NOT_APPLICABLE}, {OPEN}"


def met_by_something(rows, wanted):
    """A requirement is said to be met, and not by what or shown by which test."""
    for row in rows:
        if row.status == MET and not (row.where and row.test):
            yield f"{row.place}: is met by which file, and shown by which test?"


def reasons(rows, wanted):
    """A requirement is said not to apply, and not why."""
    for row in rows:
        if row.status == NOT_APPLICABLE and len(row.note) < SHORTEST_REASON:
            yield f"{row.place}: why does it not apply?"


def waiting_for_something(rows, wanted):
    """A requirement is open and waits for nothing, or waits and is not open."""
    for row in rows:
        if (row.status == OPEN) != row.note.startswith(WAITING):
            yield f"{row.place}: what is open, and only that, has a note that begins with «{WAITING}»"


def few_open(rows, wanted):
    """More requirements are open than may be."""
    waiting = [row.id for row in rows if row.status == OPEN]
    if len(waiting) > MOST_OPEN:
        yield f"{TABLE}: {len(waiting)} are open ({', '.join(waiting)}), {MOST_OPEN} may be: build what is missing"


def _broken_references(row, references):
    for name in security_references.listed(row.where):
        if problem := references.missing_file(name):
            yield f"{row.place}: {problem}"
    for name in security_references.listed(row.test):
        if problem := references.missing_test(name):
            yield f"{row.place}: {problem}"


if __name__ == "__main__":
    sys.exit(main())
