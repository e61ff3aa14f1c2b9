"""The table of functions, `infra/functions.json`."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Union

from . import setting_table
from .fault import Fault
from .layout import FIXED_PORTS

FILE = "infra/functions.json"
# Below this path are tasks: a scheduler calls them at the function itself, and the front door has no route to them.
TASKS = "/tasks/"
# What `fn-NAME` may be as the ID of a service account.
NAME = re.compile(r"[a-z][a-z0-9-]{1,25}[a-z0-9]")
LIMIT = re.compile(r"[a-z]+(?:-[a-z]+)*")
# The largest body of a route whose row says nothing, as in ServerLimits.swift; and how a row says otherwise.
BODY_LIMIT = "16k"
SIZE = re.compile(r"([1-9][0-9]{0,5})([km])")
ROUTE = re.compile(r"[A-Z]+ (/[^ {}]*(?:\{\w+\}[^ {}]*)*)")


@dataclass(frozen=True)
class Schedule:
    """A task that is called again and again."""

    path: str
    every_seconds: int
    local_every_seconds: int

    def __str__(self):
        minutes = self.every_seconds // 60
        return "every minute" if minutes == 1 else f"every {minutes} minutes"


@dataclass(frozen=True)
class Limit:
    """So many requests at once, and then one more each time a share of the time has gone by."""

    name: str
    requests: int
    seconds: int
    counts: str  # what of whom
    because: str = ""


@dataclass(frozen=True)
class Function:
    """One row: one process, one image, one role in the database."""

    name: str
    target: str
    port: int
    routes: list  # «METHOD /path/{part}»
    role: str
    size: str  # a class of `sizes` in infra/terraform
    settings: list
    threats: list  # the headings of infra/security/threats.md that its routes come under
    smoke: dict  # a request, and the status that a healthy revision answers with
    called_by: str = ""
    schedule: Optional[Schedule] = None
    body_limit: Union[str, dict] = ""  # the largest body, «20m»: of every route, or of some by their paths; 16k when absent
    limits: tuple = ()

    @property
    def patterns(self):
        """Its paths without the methods."""
        return [route.partition(" ")[2] for route in self.routes]

    @property
    def body_limits(self):
        """The paths with a body limit of their own, each with its limit."""
        if isinstance(self.body_limit, dict):
            return self.body_limit
        return dict.fromkeys(self.patterns, self.body_limit) if self.body_limit else {}

    @property
    def paths(self):
        """What the front door sends here: one that ends in a slash is everything below it, any other is that path.

        A path below another is said only if its body limit is its own.
        """
        outside = [pattern.partition("{")[0] for pattern in self.patterns if not pattern.startswith(TASKS)]
        below = {path for path in outside if path.endswith("/")}

        def is_below(path):
            own, others = self.body_limit_at(path), [each for each in below if each != path and path.startswith(each)]
            return any(path.endswith("/") or self.body_limit_at(other) == own for other in others)

        return [path for path in dict.fromkeys(outside) if not is_below(path)]

    def body_limit_at(self, path):
        """The largest body that any route behind a path of the front door takes."""
        limits = self.body_limits
        behind = [each for each in self.patterns if each == path or path.endswith("/") and each.startswith(path) and "{" in each]
        return max((limits.get(each, BODY_LIMIT) for each in behind), key=size, default=BODY_LIMIT)

    @property
    def public(self):
        """Whether the front door leads to it."""
        return bool(self.paths)

    @property
    def password(self):
        """The variable with the password of its role."""
        return f"DATABASE_PASSWORD_{self.role.upper()}"


def size(text):
    """How many bytes a limit is."""
    number, unit = SIZE.fullmatch(text).groups()
    return int(number) * {"k": 1024, "m": 1024 * 1024}[unit]


def load(root):
    """The rows of this repository's table."""
    file = Path(root) / FILE
    try:
        return parse(json.loads(file.read_text(encoding="utf-8")), setting_table.load(root))
    except (OSError, json.JSONDecodeError) as error:
        raise Fault(f"{file}: cannot be read: {error}") from error


def parse(document, settings):
    """The rows of a table, each checked alone and then against those before it."""
    functions = []
    for row in document["functions"]:
        schedule = Schedule(**row["schedule"]) if "schedule" in row else None
        limits = tuple(Limit(**setting_table.checked(limit, Limit, FILE)) for limit in row.get("limits", []))
        function = Function(**setting_table.checked(row, Function, FILE) | {"schedule": schedule, "limits": limits})
        for problem in _problems(function, settings):
            raise Fault(f"{FILE}: {function.name}: {problem}")
        for other in functions:
            _check_pair(function, other)
        functions.append(function)
    _check_ways(functions)
    return functions


def _problems(function, settings):
    if not NAME.fullmatch(function.name):
        yield "name must have 3 to 27 small letters, digits and hyphens"
    if function.port in FIXED_PORTS.values():
        yield f"port {function.port} is not free in the local stack: see infra/local/latchkey_local/layout.py"
    for setting in function.settings:
        if setting not in settings or settings[setting].of:
            yield f"{setting} is no setting that a function may name: see {setting_table.FILE}"
    for route in function.routes:
        if not ROUTE.fullmatch(route):
            yield f"route {route} is not «METHOD /path/{{part}}»"
    if function.schedule and f"POST {function.schedule.path}" not in function.routes:
        yield f"schedule calls {function.schedule.path}, which is not among its routes"
    if function.schedule and "TASKS_AUTH" not in function.settings:
        yield "has a schedule and does not name TASKS_AUTH, which says who may call it"
    for limit in function.limits:
        if not LIMIT.fullmatch(limit.name) or limit.requests < 1 or not 1 <= limit.seconds <= 86_400:
            yield f"limit {limit.name} is no name of small letters and hyphens with requests in 1 to 86400 seconds"
    if len({limit.name for limit in function.limits}) < len(function.limits):
        yield "two limits have one name"
    if function.limits and "RATE_LIMITS" not in function.settings:
        yield "has limits and does not name RATE_LIMITS, with which a seller changes them"
    for path, limit in function.body_limits.items():
        if path not in function.patterns:
            yield f"body_limit names {path}, which is none of its paths"
        if not isinstance(limit, str) or not SIZE.fullmatch(limit):
            yield f"body_limit {limit} is no number with k or m"
    if not function.schedule and not function.called_by:
        yield "called_by must say who calls it"


def _check_pair(function, other):
    for column in ["name", "target", "port", "role"]:
        if getattr(function, column) == getattr(other, column):
            raise Fault(f"{FILE}: {function.name}: {column} is already {other.name}'s")
    if {limit.name for limit in function.limits} & {limit.name for limit in other.limits}:
        raise Fault(f"{FILE}: {function.name}: a name of limits is already {other.name}'s")
    if set(function.paths) & set(other.paths) or set(function.patterns) & set(other.patterns):
        raise Fault(f"{FILE}: {function.name}: routes is already {other.name}'s")


def _check_ways(functions):
    """The front door takes the longest path that fits, which must be the function's whose route it is."""
    ways = [(path, function) for function in functions for path in function.paths]
    for function in functions:
        for pattern in function.patterns:
            start = pattern.partition("{")[0]
            fitting = [way for way in ways if start == way[0] or way[0].endswith("/") and start.startswith(way[0])]
            path, reached = max(fitting, key=lambda way: len(way[0]), default=("", function))
            if reached != function:
                raise Fault(f"{FILE}: {function.name}: {pattern} is below {reached.name}'s {path}")
