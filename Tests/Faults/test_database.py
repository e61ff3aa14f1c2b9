"""What the functions do while their database is ill-treated: they say so, they recover by themselves, and lose nothing."""

import asyncio
import contextlib
import random
import secrets
import signal
import unittest

import truth
import wire
from database import Database
from callers import PERSON, PROGRAM, Callers
from load import Load
from shop import open_shop
from stripe_side import Stripe

from latchkey_local.postgres import OWNER

FUNCTIONS = ["checkout", "webhook", "download", "email-retry", "orders"]
LOCK_SECONDS = 5
CUTS = 100
PATIENCE = 30

# Every write of every table fails, as it does on a full disk.
FILL_THE_DISK = """
    CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
    END $$;
    DO $$
    DECLARE
        name text;
    BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE OR DELETE ON %I
                FOR EACH STATEMENT EXECUTE FUNCTION disk_is_full()', name);
        END LOOP;
    END $$"""
CUT = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename LIKE 'latchkey\\_%'"


class DatabaseFaultTests(unittest.IsolatedAsyncioTestCase):
    """Each test has a shop of its own, in which people buy and download all the time."""

    async def asyncSetUp(self):
        asyncio.get_running_loop().set_debug(False)  # which the load would feel
        self.seed = secrets.randbelow(1 << 32)
        print(f"seed {self.seed}", flush=True)
        shop = self.shop = await self.enterAsyncContext(open_shop(download_limit=30))
        stripe = Stripe(shop.layout.port(shop.functions["webhook"].port), shop.setting("webhook", "STRIPE_WEBHOOK_SECRETS"))
        self.stripe = stripe
        self.load = Load(shop, stripe, random.Random(self.seed), f"{self.seed:08x}", excused=(503,))
        self.callers = Callers(shop, stripe, f"{self.seed:08x}")
        self.running = [shop.function(name) for name in FUNCTIONS]
        for process in [shop.sandbox(), *self.running]:
            await process.start()
            self.addAsyncCleanup(process.stop)
        self.pids = [process.pid for process in self.running]
        await self.callers.buy_once()

    # --- the faults ---------------------------------------------------------------------------------------------------

    async def test_a_database_that_is_stopped_is_503_until_it_is_back(self):
        await self.stop_the_database(signal.SIGINT)

    async def test_a_database_that_crashes_is_503_until_it_has_recovered(self):
        await self.stop_the_database(signal.SIGQUIT)

    async def stop_the_database(self, how):
        async with self.people():
            self.shop.signal_postgres(how)
            await self.shop.postgres_ended()
            await asyncio.gather(self.assert_refused(*self.all_calls()), self.assert_health(ready=503))
            await self.shop.start_postgres()
            await self.assert_open()
            await self.assert_health(ready=200)

    async def test_connections_that_are_cut_again_and_again_cost_a_few_503(self):
        async with self.people():
            for _ in range(CUTS):
                await self.shop.database.rows(CUT)
                await asyncio.sleep(0.02)  # until there is something to cut
            await self.assert_open()
        self.assertGreater(self.stripe.statuses[503], 0, "no delivery was cut off")

    async def test_a_lock_that_is_held_for_seconds_is_waited_for_or_503(self):
        other = Database(self.shop.cluster, OWNER)
        self.addAsyncCleanup(other.close)
        async with self.people():
            await other.rows("BEGIN")
            await other.rows("LOCK orders, emails, download_grants, webhook_events IN ACCESS EXCLUSIVE MODE")
            held = asyncio.create_task(other.rows(f"SELECT pg_sleep({LOCK_SECONDS}); COMMIT"))
            answers = await asyncio.gather(*(call(PROGRAM) for call in self.all_calls()))
            self.assertTrue({answer.status for answer in answers} <= {200, 302, 303, 503}, answers)
            await held
            await self.assert_open()

    async def test_a_database_that_is_read_only_is_503_wherever_something_is_written_or_counted(self):
        async with self.people():
            await self.shop.database.rows(f"ALTER DATABASE {OWNER} SET default_transaction_read_only = on; {CUT}")
            try:
                await self.assert_refused(*self.all_calls())
            finally:
                await self.shop.database.rows(f"ALTER DATABASE {OWNER} RESET default_transaction_read_only; {CUT}")
            await self.assert_open()

    async def test_a_disk_that_is_full_is_503_wherever_something_is_written_or_counted(self):
        async with self.people():
            await self.shop.database.rows(FILL_THE_DISK)
            try:
                await self.assert_refused(*self.all_calls())
            finally:
                await self.shop.database.rows("DROP FUNCTION disk_is_full CASCADE")
            await self.assert_open()

    # --- what is expected ---------------------------------------------------------------------------------------------

    def all_calls(self):
        """Every request; the order page only reads, and counts who looks."""
        callers = self.callers
        return [
            callers.webhook, callers.checkout, callers.download, callers.resend, callers.email_retry, callers.order,
        ]

    @contextlib.asynccontextmanager
    async def people(self):
        """Buyers, downloads and the scheduler all the while; nothing may be lost when they are done."""
        load = asyncio.create_task(self.load.run())
        try:
            yield
        finally:
            self.load.end()
            await asyncio.wait_for(load, PATIENCE)  # a fault that is not over would keep the people for ever
        for event in self.callers.sales:
            await self.stripe.deliver(event)
        await self.load.send_what_is_left()
        self.assertEqual([process.pid for process in self.running if process.is_running], self.pids)
        self.assertEqual(self.load.trouble, [])
        self.assertEqual(await self.lost(), [])

    async def lost(self):
        """What is not as it must be; the sales of the callers are people's too."""
        self.load.sales += self.callers.as_sales()
        return await truth.faults(self.shop, self.load, copies_need_excuses=False)

    async def assert_refused(self, *calls):
        """Each function says 503 and when to come back: a page to people, a problem document to programs."""
        async def refused(call, accept):
            answer = await call(accept)
            self.assertIsNotNone(answer, call.__name__)
            self.assertEqual(answer.status, 503, f"{call.__name__}: {answer.body[:200]}")
            self.assertIn("retry-after", answer.fields, call.__name__)
            is_for_programs = call.__name__ in ("webhook", "email_retry")
            expected = "application/problem+json" if accept == PROGRAM or is_for_programs else "text/html; charset=utf-8"
            self.assertEqual(answer.fields["content-type"], expected, call.__name__)

        await asyncio.gather(*(refused(call, accept) for call in calls for accept in (PERSON, PROGRAM)))

    async def assert_open(self):
        """Each function recovers by itself."""
        async def opened(call):
            while not (answer := await call(PROGRAM)) or answer.status == 503:
                await asyncio.sleep(0.05)
            self.assertIn(answer.status, (200, 302, 303), call.__name__)

        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(opened(call) for call in self.all_calls()))

    async def assert_health(self, ready):
        """Each process is up, and says whether its database answers."""
        async def asked(process):
            self.assertEqual((await wire.ask(process.port, "GET", "/healthz")).status, 200, process.name)
            self.assertEqual((await wire.ask(process.port, "GET", "/readyz")).status, ready, process.name)

        await asyncio.gather(*map(asked, self.running))


if __name__ == "__main__":
    unittest.main()
