"""HTTP requests over connections of their own, and how many of them are under way."""

import asyncio
import collections
import ipaddress
import itertools
import json
from dataclasses import dataclass

PATIENCE = 60

# The addresses that are set aside for testing machines under load, RFC 2544.
FIRST_CALLER = int(ipaddress.IPv4Address("198.18.0.0"))
callers = itertools.count()

# Requests under way, by port.
under_way = collections.Counter()


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    status: int
    fields: dict
    body: bytes

    def json(self):
        return json.loads(self.body)


async def ask(port, method, target, fields=None, body=b""):
    """The whole answer, or None when the connection ended before it was whole.

    While nobody listens the request waits, as it does at a front door whose function is just starting. Each request is
    another caller's, as the front door would say, so that no limit per address is met.
    """
    header = {
        "Host": f"127.0.0.1:{port}",
        "Connection": "close",
        "Content-Length": len(body),
        "X-Forwarded-For": str(ipaddress.IPv4Address(FIRST_CALLER + next(callers) % 2**17)),
        **(fields or {}),
    }
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in header.items()), "", ""]
    async with asyncio.timeout(PATIENCE):
        reader, writer = await _connected(port)
        under_way[port] += 1
        try:
            writer.write("\r\n".join(lines).encode() + body)
            await writer.drain()
            return await _read(reader)
        except (OSError, asyncio.IncompleteReadError):
            return None
        finally:
            under_way[port] -= 1
            writer.close()


async def _connected(port):
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            await asyncio.sleep(0.005)


async def _read(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {}
    for line in head[1:-2]:
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip()
    body = await reader.readexactly(int(fields.get("content-length", 0)))
    return Answer(int(head[0].split()[1]), fields, body)
