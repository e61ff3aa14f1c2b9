"""A real SMTP server. Usage: smtp_server.py [starttls|tls] [auth] [utf8] [host=NAME] [STAGE=REPLY ...]

Says `port <number> <certificate>`, then one line for each session and `mail <sender> <recipient> <JSON text>` for each
mail. With `utf8` it has SMTPUTF8. With `auth` the user is `us er@x` with the password `p:ss/w%rd`.

`mail`, `rcpt` and `message` are answered by a REPLY if there is one, in which `|` separates lines; a reply to `rcpt` may be for
one address alone: `rcpt:ADDRESS`. Each line of standard input is said again behind `heard` and changes what is answered
from then on: `STAGE=REPLY`, `accept` for what is usual, `wait` to say `waiting` at the end of a message and answer it after
`go`.
"""

import asyncio
import json
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from common import announce, end_with_parent, make_context, say

words = sys.argv[1:]
replies = dict(word.split("=", 1) for word in words if word.split("=")[0].split(":")[0] in ("mail", "rcpt", "message"))
loop = asyncio.new_event_loop()
gate = asyncio.Event()
gate.set()


def hear(line):
    """Changes what is answered, on the loop."""

    def change():
        if line == "accept":
            replies.clear()
        elif line == "wait":
            gate.clear()
        elif line == "go":
            gate.set()
        else:
            stage, reply = line.split("=", 1)
            replies[stage] = reply
        say("heard", line)

    loop.call_soon_threadsafe(change)


def scripted(*stages):
    """The reply at the first of these stages that has one."""
    for stage in stages:
        if stage in replies:
            return replies[stage].replace("|", "\r\n")
    return None


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if reply := scripted("mail"):
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if reply := scripted("rcpt:" + address, "rcpt"):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        say("session", hostname, "tls" if session.ssl else "plain")
        return responses

    async def handle_DATA(self, server, session, envelope):
        if not gate.is_set():
            say("waiting")
            await gate.wait()
        if reply := scripted("message"):
            return reply
        text = json.dumps(envelope.original_content.decode("utf-8" if "SMTPUTF8" in envelope.mail_options else "ascii"))
        say("mail", envelope.mail_from, envelope.rcpt_tos[0], text)
        return "250 taken"

    async def handle_QUIT(self, server, session, envelope):
        say("quit")
        return "221 bye"


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"us er@x", b"p:ss/w%rd")
    say("login", mechanism, "good" if good else "bad")
    return AuthResult(success=good, handled=False)


options = {"data_size_limit": 1 << 26, "enable_SMTPUTF8": "utf8" in words}
context, certificate, folder = (None, "-", None)
if "starttls" in words or "tls" in words:
    names = [word.removeprefix("host=") for word in words if word.startswith("host=")]
    context, certificate, folder = make_context("good", *names)
if "starttls" in words:
    options.update(tls_context=context, require_starttls=True)
if "auth" in words:
    options.update(authenticator=authenticate, auth_required=True, auth_require_tls=False)


async def serve():
    server = await loop.create_server(
        lambda: SMTP(Handler(), hostname="localhost", **options), "127.0.0.1", 0,
        ssl=context if "tls" in words else None)
    announce(server.sockets[0].getsockname()[1], certificate)
    await server.serve_forever()


end_with_parent(folder, hear)
loop.run_until_complete(serve())
