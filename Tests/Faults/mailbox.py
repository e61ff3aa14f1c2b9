"""Everything that the mail server took, as the test sees it."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

PROGRAM = Path(__file__).resolve().with_name("mail_server.py")


@dataclass(frozen=True)
class Mail:
    """One copy of a mail that the server took."""

    to: str
    id: str
    keys: tuple
    links: tuple


class MailServer:
    """The server's process and what it said."""

    def __init__(self, port):
        self.mails = []
        self.on_mail = None
        self._port = port
        self._process = None
        self._reader = None
        self._said = asyncio.Queue()
        self._came = asyncio.Event()

    async def start(self):
        """Starts it and waits until it listens."""
        self._process = await asyncio.create_subprocess_exec(
            *["setpriv", "--pdeathsig", "KILL", "--", sys.executable, PROGRAM, str(self._port)],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._reader = asyncio.create_task(self._read())
        await self._until("listening")

    async def make_trouble(self, seed):
        """From now on it is slow, postpones some mails, and loses the answer to others."""
        self._process.stdin.write(f"trouble {seed}\n".encode())
        await self._until("trouble")

    async def calm_down(self):
        """From now on it takes every mail."""
        self._process.stdin.write(b"calm\n")
        await self._until("calm")

    async def mail_to(self, address):
        """The first mail to this address, as soon as it has come: it may be told of later than it was taken."""
        async with asyncio.timeout(30):
            while True:
                found = next((mail for mail in self.mails if mail.to == address), None)
                if found:
                    return found
                self._came.clear()
                await self._came.wait()

    async def stop(self):
        """Ends it."""
        if self._process:
            self._process.stdin.close()
            await self._process.wait()
            await self._reader

    async def _until(self, word):
        said = await asyncio.wait_for(self._said.get(), 30)
        assert said == word, f"the mail server says {said} instead of {word}"

    async def _read(self):
        while line := await self._process.stdout.readline():
            text = line.decode().strip()
            if not text.startswith("{"):
                self._said.put_nowait(text)
                continue
            said = json.loads(text)
            mail = Mail(said["to"], said["id"], tuple(said["keys"]), tuple(said["links"]))
            self.mails.append(mail)
            self._came.set()
            if self.on_mail:
                self.on_mail(mail)
