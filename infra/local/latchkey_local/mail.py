"""A real mail server that keeps every message and shows it in a browser."""

import base64
import hashlib
import os

from .processes import Program


def program(layout, logins=None):
    """Sendria as a program of the stack; with `logins`, a password for each name, it takes mail from those alone."""
    folder = layout.folder / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    # Mails hold license keys.
    folder.chmod(0o700)
    smtp = ["--smtp-ip", "127.0.0.1", "--smtp-port", layout.smtp_port]
    page = ["--http-ip", "127.0.0.1", "--http-port", layout.mail_page_port]
    if logins:
        smtp += ["--smtp-auth", _password_file(folder / "logins", logins)]
    return Program(
        name="mail",
        command=[layout.python.with_name("sendria"), "--foreground", "--no-quit", "--db", folder / "mail.sqlite", *smtp, *page],
        environment={},
        log=layout.log("mail"),
        ready_url=f"http://127.0.0.1:{layout.mail_page_port}/",
    )


def _password_file(file, logins):
    """The logins as Apache's htpasswd has them. What it hashes is random and long, so that a plain hash will do."""
    draft = file.with_suffix(".new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        for name, password in logins.items():
            out.write(f"{name}:{{SHA}}{base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()}\n")
    draft.replace(file)
    return file
