"""An SMTP server that remembers every mail it took before it says so. Usage: mail_server.py <port>

Says `listening`, then one line of JSON for each mail. Told `trouble <seed>` on its input it is slow, postpones some
mails and loses the answer to others until it is told `calm`. Ends when its input does.
"""

import asyncio
import email
import json
import random
import re
import sys
from email import policy

from aiosmtpd.smtp import SMTP

SIZE_LIMIT = 1 << 20


class Handler:
    """Takes mails, with as much trouble as it was told to make."""

    def __init__(self):
        self.random = None
        self.seen = set()

    async def handle_DATA(self, server, session, envelope):
        random, mail = self.random, described(envelope)
        if random:
            await asyncio.sleep(random.uniform(0, 0.01))
            if self.postpones(mail["id"]):
                return "451 try again later"
        say(json.dumps(mail))
        if random:
            await asyncio.sleep(random.uniform(0, 0.01))
            if random.random() < 0.05:
                server.transport.abort()  # it was taken, and nobody is told
        return "250 taken"

    def postpones(self, name):
        """Most troublesome with a mail that it has not met before."""
        chance = 0.1 if name in self.seen else 0.4
        self.seen.add(name)
        return self.random.random() < chance


def described(envelope):
    """What the tests want to know of a mail."""
    message = email.message_from_bytes(envelope.original_content, policy=policy.default)
    text = message.get_body(("plain",)).get_content()
    return {
        "to": envelope.rcpt_tos[0],
        "id": message["Message-ID"],
        "keys": re.findall(r"\bGENX(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b", text),
        "links": re.findall(r"/download/[\w-]+", text),
    }


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def obey(handler):
    """Follows what comes on the input until that ends."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().split():
        handler.random = random.Random(int(line[1])) if line[0] == "trouble" else None
        say(line[0])


async def main():
    handler = Handler()
    make = lambda: SMTP(handler, hostname="localhost", data_size_limit=SIZE_LIMIT)
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", int(sys.argv[1]))
    async with server:
        say("listening")
        await obey(handler)


if __name__ == "__main__":
    asyncio.run(main())
