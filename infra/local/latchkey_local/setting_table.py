"""The table of settings, `infra/settings.json`: what each means and where its value comes from."""

import json
import re
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Optional

from .fault import Fault
from .makers import MAKERS

FILE = "infra/settings.json"
EVERY_PROCESS = "every process"
CLOUD = [{"value"}, {"secret"}, {"secret", "issued"}]
SECRET = [{"use", "rotation"}, {"use", "rotation", "held_by"}]
# What such a name holds is a secret.
SECRET_NAME = re.compile(r"SECRET|KEY|PEPPER|SIGNER|AUTH|DATABASE_URL|SMTP_URL")


@dataclass(frozen=True)
class Setting:
    """One row: an environment variable."""

    name: str
    meaning: str
    of: str = ""  # who reads it when no row of infra/functions.json names it
    note: list = field(default_factory=list)  # what .env.example says besides
    made: str = ""  # the kind of random secret it is, in the local stack and with compose
    local: Optional[str] = None  # its value in the local stack: $part is the layout's, $NAME the stack's own environment's
    example: Optional[str] = None  # its value with compose
    optional: bool = False  # whether compose starts without it
    unset: str = ""  # its usual value, where compose leaves it unset
    cloud: dict = field(default_factory=dict)  # a value, or whose secret it is and in which form somebody issues it
    secret: dict = field(default_factory=dict)  # what the policy's table says of it

    @property
    def is_of_every_process(self):
        return self.of == EVERY_PROCESS and self.example is not None


def load(root):
    """The settings by name, in their order."""
    file = Path(root) / FILE
    try:
        return parse(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, json.JSONDecodeError) as error:
        raise Fault(f"{file}: cannot be read: {error}") from error


def parse(document):
    """The rows of a table, each checked."""
    known = {}
    for row in document["settings"]:
        setting = Setting(**checked(row, Setting, FILE))
        for problem in _problems(setting):
            raise Fault(f"{FILE}: {setting.name}: {problem}")
        if setting.name in known:
            raise Fault(f"{FILE}: {setting.name}: has two rows")
        known[setting.name] = setting
    return known


def checked(row, kind, file):
    """The row, if it has every column that a dataclass needs and no other."""
    name = row.get("name", "a row without a name")
    for column in fields(kind):
        if column.name not in row and column.default is MISSING and column.default_factory is MISSING:
            raise Fault(f"{file}: {name}: {column.name} is missing")
    for column in sorted(row.keys() - {column.name for column in fields(kind)}):
        raise Fault(f"{file}: {name}: {column} is unknown")
    return row


def _problems(setting):
    if setting.made and setting.made not in MAKERS:
        yield f"nothing makes a {setting.made}: see infra/local/latchkey_local/makers.py"
    if setting.cloud and setting.cloud.keys() not in CLOUD:
        yield "cloud has a value, or a secret that may be issued"
    if setting.cloud.get("secret", "shared") not in ["shared", "of each function"]:
        yield "a secret in the cloud is shared or of each function"
    if (setting.cloud.get("secret") or SECRET_NAME.search(setting.name)) and not setting.secret:
        yield "looks like a secret: its column secret must say use and rotation"
    if setting.secret and setting.secret.keys() not in SECRET:
        yield "secret has a use, a rotation and perhaps held_by"
