"""The database as the test sees it: one psql that stays connected, so that a question costs a millisecond."""

import asyncio


class Database:
    """A superuser's session in one database; questions are asked one after the other.

    Faults lock whole tables while people buy, who take these locks in other orders. Whoever meets a deadlock is to give
    way, and not this session: it never looks for one, so that the others find it and try again.
    """

    MARK = "-- answered --"

    def __init__(self, cluster, name):
        self._cluster = cluster
        self._name = name
        self._psql = None
        self._turn = asyncio.Lock()

    async def rows(self, statement):
        """The rows of an answer, each a list of texts; NULL is empty."""
        async with self._turn:
            if self._psql is None:
                await self._connect()
            self._psql.stdin.write(f"{statement};\n\\echo '{self.MARK}'\n".encode())
            await self._psql.stdin.drain()
            lines = []
            while (line := await self._psql.stdout.readline()) != f"{self.MARK}\n".encode():
                if not line:
                    self._psql = None
                    raise RuntimeError("psql ended, which it does at the first error: " + "\n".join(lines))
                lines.append(line.decode().rstrip("\n"))
            return [line.split("\t") for line in lines]

    async def value(self, statement):
        """The only value of an answer."""
        rows = await self.rows(statement)
        assert len(rows) == 1 and len(rows[0]) == 1, f"{statement} answers {rows}"
        return rows[0][0]

    async def column(self, statement):
        """The first value of each row."""
        return [row[0] for row in await self.rows(statement)]

    async def close(self):
        """Ends the session; the next question opens another."""
        if self._psql is None:
            return
        self._psql.stdin.close()
        await self._psql.wait()
        self._psql = None

    async def _connect(self):
        command, environment = self._cluster.psql(self._name)
        self._psql = await asyncio.create_subprocess_exec(
            *command,
            *["-F", "\t"],
            env=environment | {"PGOPTIONS": "-c deadlock_timeout=1h"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=1 << 24,
        )
