"""Every setting of the local stack: secrets made once and kept, the rest from infra/settings.json and the layout."""

import os
import shlex
from pathlib import Path
from string import Template

from . import setting_table
from .fault import Fault
from .makers import make

BUCKET = "latchkey-local"
MAIL_LOGINS = ["orders", "orders-next"]


class Secrets:
    """The stack's secrets, each made at random when first asked for and kept in a file that only its owner reads."""

    def __init__(self, file):
        self._file = file
        self._values = dict(_lines(file))

    def get(self, name, kind):
        if name not in self._values:
            self._values[name] = make(kind)
            self._save()
        return self._values[name]

    def chosen(self, name, usual):
        """What the file says, or what is usual; nothing is written."""
        return self._values.get(name, usual)

    def put(self, name, value):
        """Writes a secret in the place of what it was."""
        self._values[name] = value
        self._save()

    def _save(self):
        draft = self._file.with_suffix(".new")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            out.write("".join(f"{name}={shlex.quote(value)}\n" for name, value in self._values.items()))
        draft.replace(self._file)


class Settings:
    """What each process is told through its environment.

    With `mail_needs_login` the mail server is the stack's own, which asks who sends; tests have servers that do not.
    """

    def __init__(self, layout, mail_needs_login=False):
        self._layout = layout
        self._mail_needs_login = mail_needs_login
        layout.folder.mkdir(parents=True, exist_ok=True)
        self._secrets = Secrets(layout.folder / "secrets.env")
        self._table = setting_table.load(Path(__file__).resolve().parents[3])

    def database_password(self, role):
        return self._secrets.get(f"DATABASE_PASSWORD_{role}", "password")

    def database_login(self, role):
        """The login that has a role's rights: the role itself, until its password is rotated."""
        return self._secrets.chosen(f"DATABASE_LOGIN_{role}", role)

    def database_url(self, role, database="latchkey"):
        login = self.database_login(role)
        return f"postgresql://{login}:{self.database_password(login)}@127.0.0.1:{self._layout.database_port}/{database}"

    def mail_logins(self):
        """The logins that the mail server takes, with their passwords: two, as from a provider that can rotate them."""
        return {name: self._secrets.get(f"MAIL_PASSWORD_{name}", "password") for name in MAIL_LOGINS}

    def of(self, function, port=None):
        """A function's environment: where it listens and the settings its row names, nothing else of this machine."""
        known = self._shared() | {"DATABASE_URL": self.database_url(function.role)}
        for name in set(function.settings) - known.keys():
            raise Fault(f"{setting_table.FILE}: {name}: neither made nor local says its value in the local stack")
        named = {name: known[name] for name in function.settings}
        return named | {"HOST": "127.0.0.1", "PORT": str(port or self._layout.port(function.port))}

    def of_operator(self):
        """The environment of the `latchkey` command: all there is, as the owner of the database."""
        return self._shared() | {
            "DATABASE_URL": self.database_url("latchkey"),
            "STORAGE_FOLDER": str(self._layout.storage),
        }

    def of_sandbox(self):
        """The environment of the stand-in for Stripe and for object storage.

        Of each credential that they give out there is a second one, for whoever tries to rotate it.
        """
        shared, stripe, made = self._shared(), self._sandbox_stripe(), self._secrets.get
        return {
            "HOST": "127.0.0.1",
            "PORT": str(self._layout.sandbox_port),
            "STORAGE_PORT": str(self._layout.objects_port),
            "STORAGE_FOLDER": str(self._layout.storage / BUCKET),
            "STORAGE_BUCKET": BUCKET,
            "STORAGE_SIGNER": f"{shared['STORAGE_SIGNER']},{made('NEXT_STORAGE_SIGNER', 'storage signer')}",
            "STRIPE_API_KEY": f"{stripe['STRIPE_API_KEY']},{made('NEXT_STRIPE_API_KEY', 'Stripe key')}",
            "WEBHOOK_SECRET": f"{stripe['STRIPE_WEBHOOK_SECRETS']},{made('NEXT_STRIPE_WEBHOOK_SECRET', 'webhook secret')}",
            "WEBHOOK_URL": f"http://127.0.0.1:{self._layout.front}/webhooks/stripe",
            "PUBLIC_URL": self._layout.public_url,
        }

    def tasks_token(self):
        """What the scheduler shows to a task's door."""
        return self._shared()["TASKS_AUTH"].removeprefix("token:").split(",")[0]

    def _shared(self):
        """What the table says, and what depends on more than the layout."""
        rows = self._table.values()
        made = {row.name: self._secrets.get(row.name, row.made) for row in rows if row.made}
        given = {row.name: Template(row.local).substitute(_Places(self._layout)) for row in rows if row.local is not None}
        return made | given | {"SMTP_URL": self._smtp_url()} | self._stripe()

    def _smtp_url(self):
        if not self._mail_needs_login:
            return f"smtp://127.0.0.1:{self._layout.smtp_port}"
        login = self._secrets.chosen("MAIL_LOGIN", MAIL_LOGINS[0])
        return f"smtp://{login}:{self.mail_logins()[login]}@127.0.0.1:{self._layout.smtp_port}"

    def _stripe(self):
        """Stripe itself when a test key is given from outside, else the sandbox."""
        key = os.environ.get("STRIPE_API_KEY")
        if not key:
            return self._sandbox_stripe()
        if not key.startswith(("sk_test_", "rk_test_")):
            raise Fault("STRIPE_API_KEY is no test key: the local shop takes sk_test_… or rk_test_… alone")
        webhook_secrets = os.environ.get("STRIPE_WEBHOOK_SECRETS")
        if not webhook_secrets:
            raise Fault("STRIPE_WEBHOOK_SECRETS is missing: take the whsec_… that `stripe listen` prints")
        return {
            "STRIPE_API_BASE": "https://api.stripe.com",
            "STRIPE_API_KEY": key,
            "STRIPE_WEBHOOK_SECRETS": webhook_secrets,
        }

    def _sandbox_stripe(self):
        made = self._secrets.get
        return {
            "STRIPE_API_BASE": self._layout.sandbox_url,
            "STRIPE_API_KEY": made("STRIPE_API_KEY", "Stripe key"),
            "STRIPE_WEBHOOK_SECRETS": made("STRIPE_WEBHOOK_SECRETS", "webhook secret"),
        }


class _Places:
    """What a value of the table may name: a part of the layout, or in capitals a variable of the stack's own environment."""

    def __init__(self, layout):
        self._layout = layout

    def __getitem__(self, name):
        if name == "bucket":
            return BUCKET
        return os.environ.get(name, "") if name.isupper() else getattr(self._layout, name)


def _lines(file):
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        yield name, "".join(shlex.split(value))
