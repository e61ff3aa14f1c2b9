"""Stands in for Cloud Scheduler in a compose network: calls each task of infra/functions.json again and again."""

import asyncio
import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra/local"))

from latchkey_local import scheduler, table

PORT = 8080


async def main():
    # While the token is rotated there are several, of which each opens the door.
    token = os.environ["TASKS_AUTH"].removeprefix("token:").split(",")[0]
    tasks = [function for function in table.load(ROOT) if function.schedule]
    calls = asyncio.gather(
        *(scheduler.keep_calling(each, lambda name=each.name: (f"http://{name}:{PORT}", token), _say) for each in tasks)
    )
    for number in [signal.SIGTERM, signal.SIGINT]:
        asyncio.get_running_loop().add_signal_handler(number, calls.cancel)
    _say("scheduler: calls " + ", ".join(f"{each.name} every {each.schedule.local_every_seconds} s" for each in tasks))
    try:
        await calls
    except asyncio.CancelledError:
        _say("scheduler: stopped")


def _say(text):
    print(text, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
