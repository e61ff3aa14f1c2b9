"""The table of functions, `infra/functions.json`."""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Optional

from .fault import Fault

# The settings that a function may name; PORT and LOG_LEVEL belong to every process.
SETTINGS = {
    "DATABASE_URL",
    "KEY_PEPPER",
    "LICENSE_SECRETS",
    "MAIL_FROM",
    "MAIL_TEMPLATES",
    "PUBLIC_URL",
    "QUIET_HOURS",
    "RATE_LIMITS",
    "SMTP_URL",
    "STORAGE_BASE",
    "STORAGE_BUCKET",
    "STORAGE_SIGNER",
    "STRIPE_API_BASE",
    "STRIPE_API_KEY",
    "STRIPE_CHECKOUT_BASE",
    "STRIPE_WEBHOOK_SECRETS",
    "TASKS_AUTH",
    "TOKEN_SECRETS",
    "TRUSTED_PROXY_HOPS",
}


@dataclass(frozen=True)
class Schedule:
    """A task that is called again and again."""

    path: str
    every_seconds: int
    local_every_seconds: int


@dataclass(frozen=True)
class Function:
    """One row: one process, one image, one role in the database."""

    name: str
    target: str
    port: int
    routes: tuple
    public: bool
    role: str
    settings: tuple
    schedule: Optional[Schedule] = None


def load(root):
    """The rows of this repository's table."""
    file = Path(root) / "infra/functions.json"
    try:
        return parse(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, json.JSONDecodeError) as error:
        raise Fault(f"{file}: cannot be read: {error}") from error


def parse(document):
    """The rows of a table, each checked alone and then against those before it."""
    functions = []
    for row in document["functions"]:
        function = _function(row)
        _check_alone(function)
        for other in functions:
            _check_pair(function, other)
        functions.append(function)
    return functions


def _function(row):
    name = row.get("name", "a row without a name")
    known = {field.name for field in fields(Function)}
    for column in sorted(known - {"schedule"} - row.keys()):
        raise _fault(name, f"{column} is missing")
    for column in sorted(row.keys() - known):
        raise _fault(name, f"{column} is unknown")
    schedule = Schedule(**row["schedule"]) if "schedule" in row else None
    values = {**row, "routes": tuple(row["routes"]), "settings": tuple(row["settings"]), "schedule": schedule}
    return Function(**values)


def _check_alone(function):
    for setting in function.settings:
        if setting not in SETTINGS:
            raise _fault(function.name, f"{setting} is no setting that a function may name")
    for route in function.routes:
        if not route.startswith("/"):
            raise _fault(function.name, f"route {route} does not start with /")
    if function.schedule and function.schedule.path not in function.routes:
        raise _fault(function.name, f"schedule calls {function.schedule.path}, which is not among its routes")
    if function.schedule and "TASKS_AUTH" not in function.settings:
        raise _fault(function.name, "has a schedule and does not name TASKS_AUTH, which says who may call it")


def _check_pair(function, other):
    for column in ["name", "target", "port", "role"]:
        if getattr(function, column) == getattr(other, column):
            raise _fault(function.name, f"{column} is already {other.name}'s")
    if set(function.routes) & set(other.routes):
        raise _fault(function.name, f"routes is already {other.name}'s")


def _fault(name, what):
    return Fault(f"infra/functions.json: {name}: {what}")
