"""A network of our own for static executables: a name server and relays, each ended with its scope."""

import asyncio
import socket
import struct
import threading

ADDRESS_RECORD = 1
NO_SUCH_NAME = 3


class NameServer:
    """Answers IPv4 addresses on port 53 and remembers who was asked for. RFC 1035, section 4.1.

    A name is answered when it is in `addresses`; any other does not exist.
    """

    def __init__(self, addresses, at="127.0.0.1"):
        self.addresses = addresses
        self.asked = set()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((at, 53))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self):
        """Answers until a message comes that asks nothing."""
        while True:
            query, sender = self._socket.recvfrom(512)
            if not query:
                return
            self._socket.sendto(self._answer(query), sender)

    def _answer(self, query):
        end = query.index(0, 12) + 5
        name, kind = _name(query), struct.unpack("!H", query[end - 4 : end - 2])[0]
        self.asked.add(name)
        address = self.addresses.get(name)
        flags = 0x8580 if address else 0x8580 | NO_SUCH_NAME
        records = b""
        if address and kind == ADDRESS_RECORD:
            records = struct.pack("!HHHLH", 0xC00C, ADDRESS_RECORD, 1, 1, 4) + socket.inet_aton(address)
        return query[:2] + struct.pack("!HHHHH", flags, 1, bool(records), 0, 0) + query[12:end] + records


def _name(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(labels)


class Relay:
    """Passes whatever arrives, at a port or at a Unix socket, on to a port of this machine; with TLS when told how."""

    def __init__(self, target, path=None, tls=None):
        self._target, self._path, self._tls = target, path, tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(20)
        self.port = None if path else self._server.sockets[0].getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self):
        self._server.close()
        visits = asyncio.all_tasks() - {asyncio.current_task()}
        for visit in visits:
            visit.cancel()
        await asyncio.gather(*visits, return_exceptions=True)

    async def _listen(self):
        if self._path:
            return await asyncio.start_unix_server(self._visit, self._path)
        return await asyncio.start_server(self._visit, "127.0.0.1", 0, ssl=self._tls)

    async def _visit(self, reader, writer):
        there = await asyncio.open_connection(*self._target)
        await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))


async def _copy(reader, writer):
    try:
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()
    except OSError:
        pass  # one side is gone, and so is the visit
    finally:
        writer.close()
