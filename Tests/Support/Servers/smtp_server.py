"""A real SMTP server. Usage: smtp_server.py [starttls|tls] [auth] [host=NAME]

Says `port <number> <certificate>`, then one line for each session and `mail <sender> <recipient> <JSON text>` for each
mail. With `auth` the user is `us er@x` with the password `p:ss/w%rd`.
"""

import asyncio
import json
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from common import announce, end_with_parent, make_context, say

words = sys.argv[1:]


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        say("session", hostname, "tls" if session.ssl else "plain")
        return responses

    async def handle_DATA(self, server, session, envelope):
        text = json.dumps(envelope.original_content.decode("ascii"))
        say("mail", envelope.mail_from, envelope.rcpt_tos[0], text)
        return "250 taken"

    async def handle_QUIT(self, server, session, envelope):
        say("quit")
        return "221 bye"


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"us er@x", b"p:ss/w%rd")
    say("login", mechanism, "good" if good else "bad")
    return AuthResult(success=good, handled=False)


options = {"data_size_limit": 1 << 26}
context, certificate, folder = (None, "-", None)
if "starttls" in words or "tls" in words:
    names = [word.removeprefix("host=") for word in words if word.startswith("host=")]
    context, certificate, folder = make_context("good", *names)
if "starttls" in words:
    options.update(tls_context=context, require_starttls=True)
if "auth" in words:
    options.update(authenticator=authenticate, auth_required=True, auth_require_tls=False)


async def serve():
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Handler(), hostname="localhost", **options), "127.0.0.1", 0,
        ssl=context if "tls" in words else None)
    announce(server.sockets[0].getsockname()[1], certificate)
    await server.serve_forever()


end_with_parent(folder)
asyncio.run(serve())
