"""Calls each function's task again and again, as Cloud Scheduler does."""

import asyncio
import urllib.error
import urllib.request


async def keep_calling(function, door, say):
    """Calls until cancelled; says when the task begins to fail and when it is well again.

    `door` answers at each call where the function listens and what is shown there.
    """
    trouble = ""
    while True:
        await asyncio.sleep(function.schedule.local_every_seconds)
        base, token = door()
        now = await asyncio.to_thread(_call, base + function.schedule.path, token)
        if now != trouble:
            say(f"scheduler: {function.name} {now or 'answers again'}")
        trouble = now


def _call(url, token):
    """What went wrong, or nothing."""
    request = urllib.request.Request(url, data=b"", method="POST", headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=30):
            return ""
    except urllib.error.HTTPError as refused:
        return f"answers {refused.code}"
    except OSError as error:
        return f"cannot be called: {error}"
