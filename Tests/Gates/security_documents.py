"""The rules of infra/security/threats.md and infra/security/policy.md."""

import json
import re

THREATS = "infra/security/threats.md"
POLICY = "infra/security/policy.md"

RISKS, DEMANDS, LIBRARIES = "Risks that are accepted", "What a deployment must see to", "Libraries and updates"

_SHOWN_BY = re.compile(r"`(Tests/[^`]+)`")
_MARK = re.compile(r"\b([RD]\d+)\b")
_LIBRARY = re.compile(r'system\("\w+", pkgConfig: "[^"]+", apt: "([^"]+)"\)')


def faults(root, remarks, references):
    """Every broken rule; `remarks` are the places and texts elsewhere that may name a risk or a demand."""
    threats, policy = sections(_text(root, THREATS)), sections(_text(root, POLICY))
    rules = [
        *threats_without_answer(threats, references),
        *functions_without_threats(threats, _functions(root)),
        *marks(threats, policy, remarks),
        *libraries(policy, (root / "Package.swift").read_text(encoding="utf-8")),
    ]
    return rules


def sections(text):
    """The text under each heading of the second level, by heading."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def rows(section):
    """A section's table without its head: the cells of each row."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def threats_without_answer(threats, references):
    """A threat has no test, no accepted risk and nothing that it waits for; or names a test that is not there."""
    for heading, section in threats.items():
        for row in rows(section) if heading != RISKS else []:
            place, shown = f"{THREATS}: {heading}: {row[0]}", row[-1]
            tests = _SHOWN_BY.findall(shown)
            if not tests and not re.search(r"accepted as R\d|demanded as D\d|waits for \w", shown):
                yield f"{place}: which test shows what stops it? Or: accepted as R…, demanded as D…, waits for …"
            for test in tests:
                if problem := references.missing_test(test):
                    yield f"{place}: {problem}"


def functions_without_threats(threats, functions):
    """A function's row names no heading of the threats, or one that is not there."""
    for function in functions:
        for heading in function["threats"] or [None]:
            if heading not in threats:
                yield f"{THREATS}: no heading «{heading}» for {function['name']}: say who may try what at its routes"


def marks(threats, policy, remarks):
    """A risk or demand is named that is not there, stands twice, or is named nowhere."""
    listed = [row[0] for row in rows(threats.get(RISKS, ""))] + [row[0] for row in rows(policy.get(DEMANDS, ""))]
    texts = [(f"{THREATS}: {heading}", text) for heading, text in threats.items() if heading != RISKS]
    texts += [(f"{POLICY}: {heading}", text) for heading, text in policy.items() if heading != DEMANDS]
    named = [(place, mark) for place, text in texts + remarks for mark in _MARK.findall(text)]
    for place, mark in named:
        if mark not in listed:
            yield f"{place}: {mark} is neither among «{RISKS}» nor among «{DEMANDS}»"
    for mark in sorted(set(listed)):
        if listed.count(mark) > 1:
            yield f"{mark} stands {listed.count(mark)} times"
        if mark not in {mark for _, mark in named}:
            yield f"{mark} is named by no requirement, threat or rule: say what it is about, or remove it"


def libraries(policy, package):
    """A library that the package links is not in the policy's table, or the other way round."""
    linked = set(_LIBRARY.findall(package))
    listed = {row[0].strip("`") for row in rows(policy.get(LIBRARIES, ""))}
    for name in sorted(linked ^ listed):
        yield f"{POLICY}: {LIBRARIES}: {name} is {'missing' if name in linked else 'linked by nothing'}"


def _functions(root):
    return json.loads((root / "infra/functions.json").read_text(encoding="utf-8"))["functions"]


def _text(root, path):
    return (root / path).read_text(encoding="utf-8")
