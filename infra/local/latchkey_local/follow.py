"""Shows at the terminal what goes wrong in the logs, each line with its process's name before it."""

import asyncio
import json

BETWEEN_LOOKS = 0.3
WORTH_SHOWING = {"WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"}


async def warnings(layout, say):
    """Follows every log from its present end until cancelled."""
    ends = {log: log.stat().st_size for log in layout.logs.glob("*.log")}
    while True:
        await asyncio.sleep(BETWEEN_LOOKS)
        for log in ends:
            for line in _new_lines(log, ends):
                text = _warning(line)
                if text:
                    say(f"{log.stem:12} | {text}")


def _new_lines(log, ends):
    """The whole lines since the last look; half a line waits for the next."""
    with open(log, "rb") as file:
        file.seek(ends[log])
        text = file.read()
    whole = text[: text.rfind(b"\n") + 1]
    ends[log] += len(whole)
    return whole.decode(errors="replace").splitlines()


def _warning(line):
    """A log line's message when it is a warning or worse."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict) or entry.get("severity") not in WORTH_SHOWING:
        return None
    return f"{entry['severity']} {entry.get('message', line)}"
