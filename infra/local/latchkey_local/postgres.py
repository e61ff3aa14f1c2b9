"""A private Postgres cluster below the stack's folder."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from .fault import Fault
from .processes import Program, as_user, bare_environment

SUPERUSER = "postgres"
OWNER = "latchkey"

TUNING = {
    "cluster_name": "latchkey",
    "jit": "off",
    "listen_addresses": "127.0.0.1",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "max_connections": "300",
    "max_wal_size": "256MB",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "unix_socket_directories": "",
}
# For tests alone: a cluster that need not outlive its machine.
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class Cluster:
    """One Postgres cluster: made once, then run as a program of the stack."""

    def __init__(self, layout, settings, forgetful=False):
        self._layout = layout
        self._settings = settings
        self._forgetful = forgetful
        self._data = layout.folder / "postgres"
        self._binaries = _binaries(self._data)
        self._user = _unprivileged_user()
        self._handle = None

    def make(self):
        """Makes the cluster unless it is there: a folder that appears only when it is whole."""
        if self._data.exists():
            return
        draft = self._data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w") as password:
            password.write(self._settings.database_password(SUPERUSER))
            password.flush()
            if self._user:
                _give(draft, self._user)
                _give(password.name, self._user)
            self._run_initdb(draft, password.name)
        draft.rename(self._data)

    def program(self):
        """The server as a program; a fast shutdown ends it."""
        if self._handle is None:
            self._handle = os.open(self._data, os.O_RDONLY | os.O_DIRECTORY)
        options = TUNING | {"port": str(self._layout.database_port)} | (FORGETFUL if self._forgetful else {})
        arguments = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
        return Program(
            name="postgres",
            command=[self._binaries / "postgres", "-D", _through(self._handle), *arguments],
            environment={},
            log=self._layout.log("postgres"),
            stop_signal=signal.SIGINT,
            folder="/",
            user=self._user,
            kept_open=(self._handle,),
            grace=30,
        )

    def is_ready(self):
        """Whether the server takes a connection."""
        check = [self._binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self._layout.database_port)]
        return subprocess.run(check, env=bare_environment(), timeout=10).returncode == 0

    def make_owner_and_database(self):
        """The role that owns the tables and may make roles, and its database."""
        if self.ask(f"select 1 from pg_roles where rolname = '{OWNER}'") != "1":
            self.ask(f"create role {OWNER} login createrole password {self._password_text(OWNER)}")
        if self.ask(f"select 1 from pg_database where datname = '{OWNER}'") != "1":
            self.ask(f"create database {OWNER} owner {OWNER}")
        # What the migrations take away, again for a database that was restored, and what only a superuser may take away.
        self.ask(f"revoke temporary on database {OWNER} from public")
        makers = "lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea)"
        self.ask(f"revoke execute on function {makers} from public", OWNER)

    def let_in(self, roles):
        """Lets each function's role log in; the migration makes the roles."""
        for role in roles:
            if self.ask(f"select 1 from pg_roles where rolname = '{role}'") != "1":
                raise Fault(f"infra/functions.json names the role {role}, which no migration in infra/migrations makes")
            self.ask(f"alter role {role} login password {self._password_text(role)}")

    def ask(self, statement, database="postgres"):
        """One statement as the superuser, read from its input so that no password shows in a list of processes."""
        command, environment = self.psql(database)
        done = subprocess.run([*command, "-f", "-"], env=environment, input=statement, text=True, capture_output=True)
        if done.returncode != 0:
            raise Fault(f"Postgres refuses: {done.stderr.strip()}")
        return done.stdout.strip()

    def psql(self, database):
        """A command that reads statements from its input as the superuser of one database, and its environment."""
        address = ["-h", "127.0.0.1", "-p", str(self._layout.database_port), "-U", SUPERUSER, "-d", database]
        command = [self._binaries / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *address]
        return command, bare_environment() | {"PGPASSWORD": self._settings.database_password(SUPERUSER)}

    def _password_text(self, role):
        return f"'{self._settings.database_password(role)}'"

    def _run_initdb(self, folder, password_file):
        log = self._layout.log("initdb")
        log.parent.mkdir(parents=True, exist_ok=True)
        identity = ["setpriv", *as_user(self._user)] if self._user else []
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={SUPERUSER}"]
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        with open(log, "wb") as output:
            done = subprocess.run(
                [*identity, self._binaries / "initdb", "-D", _through(handle), f"--pwfile={password_file}", *options],
                cwd="/",
                env=bare_environment(),
                pass_fds=[handle],
                stdout=output,
                stderr=output,
            )
        os.close(handle)
        if done.returncode != 0:
            raise Fault(f"Postgres cannot make its cluster: see {self._layout.shown(log)}")


def _binaries(data):
    """The programs of the version that made the cluster, or of the newest one here."""
    by_version = {}
    for folder in Path("/usr/lib/postgresql").glob("*/bin"):
        if re.fullmatch(r"\d+", folder.parent.name) and (folder / "postgres").exists():
            by_version[int(folder.parent.name)] = folder
    version_file = data / "PG_VERSION"
    wanted = int(version_file.read_text()) if version_file.exists() else max(by_version, default=0)
    if wanted not in by_version:
        raise Fault(f"Postgres {wanted or 15} is not installed: run `infra/local/bootstrap`, or `make clean-local` first")
    if wanted < 15:
        raise Fault(f"Postgres 15 or later is needed and this is {wanted}: run `infra/local/bootstrap`")
    return by_version[wanted]


def _through(handle):
    """The absolute path of a folder that is held open.

    Postgres needs one; as root we run it as a user who may have no right on the folders above (a checkout below /root),
    and this path needs none.
    """
    return f"/proc/self/fd/{handle}"


def _unprivileged_user():
    """Who runs Postgres when we are root, which it refuses; nobody else when we are not."""
    if os.geteuid() != 0:
        return ""
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise Fault("Postgres refuses to run as root and there is no user `postgres`: run `infra/local/bootstrap`")


def _give(path, user):
    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid)
