#!/usr/bin/env python3
"""kill -9 of the webhook, the download and the email-retry at random moments under load, and nothing may be lost.

    Tests/Faults/kills.py [--kills 300] [--seed N]

Sales, downloads and the scheduler's calls go on throughout: Stripe sends each event again until it is answered 200, some
mails are postponed by the mail server, and the answer to others is lost. A killed process is started again at once. Time
passes for what it left behind alone: the mails that it had leased become due. At the end every sale, mail and link is
looked at. The figures are the last line, and `.local/figures/kills.json`.
"""

import argparse
import asyncio
import collections
import json
import random
import secrets
import sys
import time

import truth
import wire
from load import Load
from shop import FIGURES, open_shop
from stripe_side import Stripe

VICTIMS = ["webhook", "download", "email-retry"]
# Which rows of the outbox a process that dies may have leased: the webhook makes the first attempt, email-retry the rest.
# Hours pass for a mail with each death; it must not run out of attempts by that alone, so the last ones wait for the end.
LEASED = {"webhook": "attempts = 1", "email-retry": "attempts BETWEEN 2 AND 12"}
LONGEST_LIFE = 0.4  # seconds
SHOWN = 20


class Kills:
    """One run over one shop."""

    def __init__(self, shop, seed, kills):
        self.random = random.Random(seed)
        self.shop = shop
        self.stripe = Stripe(
            shop.layout.port(shop.functions["webhook"].port), shop.setting("webhook", "STRIPE_WEBHOOK_SECRETS")
        )
        self.load = Load(shop, self.stripe, random.Random(seed + 1), f"{seed:08x}")
        self.functions = {name: shop.function(name) for name in VICTIMS}
        self.kills = collections.Counter()
        self.met = collections.Counter()
        self._each = -(-kills // len(VICTIMS))

    async def run(self):
        """Everything up to the last mail."""
        for function in self.functions.values():
            await function.start()
        async with asyncio.TaskGroup() as group:
            load = group.create_task(self.load.run())
            async with asyncio.TaskGroup() as killers:
                for name, function in self.functions.items():
                    killers.create_task(self._keep_killing(name, function))
            self.load.end()
            await load
        await self.shop.mail.calm_down()
        await self.load.send_what_is_left()
        for function in self.functions.values():
            await function.stop()

    async def _keep_killing(self, name, function):
        while self.kills[name] < self._each:
            await self._random_moment(function)
            self.met[name] += wire.under_way[function.port] > 0
            await function.kill()
            self.kills[name] += 1
            if name in LEASED:
                await self.load.let_time_pass(LEASED[name])
            await function.spawn()
        await function.listening()

    async def _random_moment(self, function):
        """Some time after its start, mostly when it has something to do; sometimes while it still starts."""
        if self.random.random() < 0.1:
            return await asyncio.sleep(self.random.uniform(0, 0.02))
        await function.listening()
        await asyncio.sleep(self.random.uniform(0, LONGEST_LIFE))
        if self.random.random() < 0.8:
            while not wire.under_way[function.port]:
                await asyncio.sleep(0.0005)
            await asyncio.sleep(self.random.uniform(0, 0.003))

    async def faults(self):
        """What is not as it must be."""
        return [*self.load.trouble, *await truth.faults(self.shop, self.load)]

    async def figures(self):
        """What was done."""
        copies = collections.Counter(mail.id for mail in self.shop.mail.mails)
        return {
            "kills": self.kills.total(),
            "kills_by_function": dict(self.kills),
            "kills_with_requests_under_way": self.met.total(),
            "kills_with_requests_under_way_by_function": dict(self.met),
            "sales": len(self.load.sales),
            "licenses": int(await self.shop.database.value("SELECT count(*) FROM licenses")),
            "deliveries": self.stripe.statuses.total(),
            "deliveries_unanswered": self.stripe.statuses[0],
            "mails": len(copies),
            "mails_that_came_again": copies.total() - len(copies),
            "mail_attempts_cut_off_or_postponed": self.load.excuses.total(),
            "downloads": sum(visit.served for visit in self.load.visits.values()),
            "downloads_unanswered": sum(visit.unanswered for visit in self.load.visits.values()),
        }


async def run(kills, seed, say=print):
    """Kills so many times; answers the figures and what is wrong."""
    say(f"seed {seed}")
    since = time.monotonic()
    async with open_shop(download_limit=3) as shop:
        await shop.mail.make_trouble(seed)
        test = Kills(shop, seed, kills)
        await test.run()
        faults = await test.faults()
        figures = {"seed": seed} | await test.figures()
    figures |= {"lost": len(faults), "seconds": round(time.monotonic() - since)}
    return figures, faults


def keep(figures):
    """Writes the figures where the README's are taken from."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / "kills.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def line(figures):
    """The figures as a sentence."""
    f = figures
    return (
        f"{f['kills']} kills ({f['kills_with_requests_under_way']} with requests under way), {f['sales']} sales,"
        f" {f['licenses']} licenses, {f['mails']} mails and {f['mails_that_came_again']} copies more,"
        f" {f['downloads']} downloads, lost {f['lost']}, {f['seconds']} s, seed {f['seed']}"
    )


def main():
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("--kills", type=int, default=300)
    read.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32))
    asked = read.parse_args()
    figures, faults = asyncio.run(run(asked.kills, asked.seed))
    for fault in faults[:SHOWN]:
        print(f"✗ {fault}")
    keep(figures)
    print("0 passed, 1 failed" if faults else "1 passed, 0 failed")
    print(line(figures))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
