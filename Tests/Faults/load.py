"""Buyers, Stripe and the scheduler, all of them at once and never discouraged."""

import asyncio
import collections
from dataclasses import dataclass
from urllib.parse import urlsplit

import wire
from stripe_side import session_event

SALES_AT_ONCE = 10
TICKS_AT_ONCE = 3
BUYERS_AT_ONCE = 6
LARGE_EVENT = 250_000
# In peace a call works until nothing is due, so that the second finds nothing.
CALLS_AT_THE_END = 10


@dataclass
class Sale:
    """One paid session and every event that tells of it."""

    session: str
    email: str
    quantity: int
    events: list


@dataclass
class Visit:
    """What the buyer with one download link got of it."""

    link: str
    wanted: int
    served: int = 0
    unanswered: int = 0
    left: int = 0


class Load:
    """The load on one shop; every choice comes from `random`, every ID holds `mark`.

    An answer that is neither the one hoped for nor among the `excused` statuses is noted as trouble.
    """

    def __init__(self, shop, stripe, random, mark, excused=()):
        self.sales = []
        self.visits = {}
        self.trouble = []
        self.excuses = collections.Counter()
        self._shop = shop
        self._stripe = stripe
        self._excused = excused
        self._random = random
        self._mark = mark
        self._links = asyncio.Queue()
        self._is_ending = asyncio.Event()
        shop.mail.on_mail = self._noted

    async def run(self):
        """Sells, downloads and ticks until `end` is called, and returns when everything that began is over."""
        async with asyncio.TaskGroup() as group:
            for _ in range(SALES_AT_ONCE):
                group.create_task(self._sell())
            for _ in range(TICKS_AT_ONCE):
                group.create_task(self._tick())
            for _ in range(BUYERS_AT_ONCE):
                group.create_task(self._download())

    def end(self):
        """Begins nothing new."""
        self._is_ending.set()
        for _ in range(BUYERS_AT_ONCE):
            self._links.put_nowait(None)

    async def tick(self):
        """One call of the scheduler's: the report of email-retry, or None if there was no response."""
        port = self._shop.layout.port(self._shop.functions["email-retry"].port)
        fields = {"Authorization": f"Bearer {self._shop.settings.tasks_token()}"}
        answer = await wire.ask(port, "POST", "/tasks/email-retry", fields)
        self._check("email-retry", answer, 200)
        return answer.json() if answer and answer.status == 200 else None

    async def let_time_pass(self, whose="true"):
        """Makes mails due that wait, or whose lease nobody holds any more; each has then an excuse to come again."""
        for row in await self._shop.database.column(
            f"""UPDATE emails SET next_attempt_at = now()
            WHERE status = 'pending' AND next_attempt_at > now() AND {whose} RETURNING id"""
        ):
            self.excuses[row] += 1

    async def send_what_is_left(self):
        """Calls until nothing is due any more."""
        for _ in range(CALLS_AT_THE_END):
            await self.let_time_pass()
            report = await self.tick()
            if report and not any(report.values()):
                return

    def _check(self, who, answer, *hoped):
        if answer and answer.status not in (*hoped, *self._excused):
            self.trouble.append(f"{who} answered {answer.status}: {answer.body[:200]}")

    # --- sales --------------------------------------------------------------------------------------------------------

    async def _sell(self):
        while not self._is_ending.is_set():
            sale = self._next_sale()
            self.sales.append(sale)
            copies = [event for event in sale.events for _ in range(self._random.choice([1, 1, 2, 3]))]
            await asyncio.gather(*(self._stripe.deliver(event, self._delivered) for event in copies))

    def _delivered(self, answer):
        self._check("webhook", answer, 200)

    def _next_sale(self):
        """A sale as they come: mostly one license, sometimes two events about it, sometimes a large one."""
        number = len(self.sales)
        name = f"{self._mark}{number:06}"
        sale = Sale(f"cs_test_{name}", f"buyer-{name}@customer.example", self._random.choice([1, 1, 1, 2]), [])
        kinds = ["checkout.session.completed"]
        if self._random.random() < 0.2:
            kinds.append("checkout.session.async_payment_succeeded")
        for kind in kinds:
            padding = "x" * LARGE_EVENT if self._random.random() < 0.02 else ""
            event = f"{name}{len(sale.events)}"
            sale.events.append(session_event(event, kind, sale.session, sale.email, sale.quantity, padding))
        return sale

    # --- mails --------------------------------------------------------------------------------------------------------

    async def _tick(self):
        while not self._is_ending.is_set():
            report = await self.tick()
            if not report or not any(report.values()):
                await asyncio.sleep(0.01)

    def _noted(self, mail):
        """A mail came: its link is for the next buyer who has time, unless many wait already."""
        is_ours = mail.to.startswith(f"buyer-{self._mark}")
        if is_ours and self._links.qsize() < 4 * BUYERS_AT_ONCE and mail.links[0] not in self.visits:
            self._links.put_nowait(mail.links[0])

    # --- downloads ----------------------------------------------------------------------------------------------------

    async def _download(self):
        while link := await self._links.get():
            limit = self._shop.download_limit
            visit = Visit(link, wanted=self._random.choice([1, limit, limit + 2]))
            self.visits[link] = visit
            await self._visit(visit)

    async def _visit(self, visit):
        """Fetches as often as wanted and as allowed, two at a time, then reads what is left."""
        page = await self._ask_until_answered(visit.link)
        if page.status != 200:
            return self.trouble.append(f"a fresh link answered {page.status}: {page.body[:200]}")
        file = urlsplit(page.json()["files"][0]["url"]).path
        while visit.served < visit.wanted:
            hurry = min(2, visit.wanted - visit.served)
            if not all(await asyncio.gather(*(self._fetch(visit, file) for _ in range(hurry)))):
                break
        answer = await self._ask_until_answered(visit.link)
        visit.left = answer.json()["uses_left"] if answer.status == 200 else 0

    async def _fetch(self, visit, file):
        """One try; false when the link is used up."""
        answer = await self._get(file)
        if answer is None:
            visit.unanswered += 1
        elif answer.status == 302:
            visit.served += 1
        elif answer.status in self._excused:
            visit.unanswered += 1  # whether it was counted is not known
        self._check("download", answer, 302, 410)
        return answer is None or answer.status != 410

    async def _ask_until_answered(self, target):
        while True:
            answer = await self._get(target)
            self._check("download", answer, 200, 410)
            if answer and answer.status not in self._excused:
                return answer
            await asyncio.sleep(0.01)

    async def _get(self, target):
        port = self._shop.layout.port(self._shop.functions["download"].port)
        return await wire.ask(port, "GET", target, {"Accept": "application/json"})
