"""Which module writes which table: read from the SQL in the Swift sources and from the functions in the migrations."""

import re
from dataclasses import dataclass

# What writes a table; `FOR UPDATE` and `DO UPDATE SET` are no such words.
_WRITE = (
    r"(?<!FOR )(?<!KEY )(?<!DO )\b(?:INSERT\s+INTO|UPDATE(?:\s+ONLY)?|DELETE\s+FROM(?:\s+ONLY)?|MERGE\s+INTO|TRUNCATE"
    r"(?:\s+TABLE)?|LOCK\s+TABLE)\s+(?:public\.)?"
)
_ANY_WRITE = re.compile(_WRITE + r"(?P<table>\w*)")
_CREATE_TABLE = re.compile(r"^CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)", re.MULTILINE)
_CREATE_FUNCTION = re.compile(
    r"^CREATE (?:OR REPLACE )?FUNCTION (\w+)\(.*?\bAS (\$\w*\$)(.*?)\2", re.MULTILINE | re.DOTALL
)
_RENAME_TABLE = re.compile(r"^ALTER TABLE (\w+) RENAME TO (\w+)", re.MULTILINE)
_DROP_TABLE = re.compile(r"^DROP TABLE (?:IF EXISTS )?(\w+)", re.MULTILINE)

# A function of the database that writes another slice's table, the table, and why.
EXCEPTIONS = {
    ("forget_unpaid_orders", "emails"): "an unpaid order goes with the mails about it, in one statement",
}


@dataclass(frozen=True)
class Write:
    """One place in a file that writes a table; the table's name is empty if the text does not tell it."""

    table: str
    line: int


class Schema:
    """The tables of the migrations, and the tables that each of their functions writes."""

    def __init__(self, migrations):
        self.tables, self.functions = set(), {}
        for text in migrations:
            text = re.sub(r"--[^\n]*", "", text)
            self.tables |= set(_CREATE_TABLE.findall(text))
            self.tables -= set(_DROP_TABLE.findall(text))
            for old, new in _RENAME_TABLE.findall(text):
                self.tables = self.tables - {old} | {new}
            for name, _, body in _CREATE_FUNCTION.findall(text):
                self.functions[name] = {match["table"] for match in _ANY_WRITE.finditer(body)}
        self._known = re.compile(_WRITE + rf"(?P<table>{'|'.join(sorted(self.tables)) or '(?!)'})\b", re.IGNORECASE)
        self._calls = re.compile(rf"\b({'|'.join(sorted(self.functions)) or '(?!)'})\(")

    def writes(self, texts):
        """The writes in a file's texts: to a known table in any case, by a function's call, or to an unknown one."""
        found = {Write(match["table"].lower(), _line(texts, match)) for match in self._known.finditer(texts)}
        for match in self._calls.finditer(texts):
            for table in self.functions[match[1]]:
                if (match[1], table) not in EXCEPTIONS:
                    found.add(Write(table, _line(texts, match)))
        known = {write.line for write in found}
        for match in _ANY_WRITE.finditer(texts):
            if match["table"] not in self.tables and _line(texts, match) not in known:
                found.add(Write("", _line(texts, match)))
        return sorted(found, key=lambda write: (write.line, write.table))


def _line(text, match):
    return text.count("\n", 0, match.start()) + 1
