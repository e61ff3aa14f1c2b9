#!/usr/bin/env python3
"""Plays a buyer of the running stack, for the runbooks.

    buyer.py buy                     buys and waits for the receipt; tells session, email, key and link as assignments
    buyer.py begin                   comes as far as the payment page; tells session, email and url as assignments
    buyer.py pay SESSION EMAIL       pays there
    buyer.py receipt EMAIL [LINK]    waits for the newest mail with a link, another than LINK; tells key and link as assignments
    buyer.py mails EMAIL             tells the subjects of what was sent there
    buyer.py link URL                follows a download link; tells what the page and the first file answer
    buyer.py watch SESSION LINK      asks the shop for something until it is stopped; tells how much of it failed

LATCHKEY_DIR and LATCHKEY_PORT_BASE say which stack.
"""

import collections
import re
import secrets
import shlex
import signal
import sys
import threading

import purchase
import stack_under_test
import web


def main(words):
    actions = {"buy": buy, "begin": begin, "pay": pay, "receipt": receipt, "mails": mails, "link": link, "watch": watch}
    if not words or words[0] not in actions:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        return actions[words[0]](purchase.Shop(stack_under_test.layout()), *words[1:]) or 0
    except purchase.Wrong as wrong:
        print(f"✗ {wrong}", file=sys.stderr)
        return 1


def buy(shop):
    session, email = _begin(shop)
    purchase.pay(shop, session, email)
    _tell(session=session["session_id"], email=email, **_newest(shop, email))


def begin(shop):
    session, email = _begin(shop)
    _tell(session=session["session_id"], email=email, url=session["url"])


def pay(shop, session, email):
    """Stripe has the money then, whatever becomes of the shop."""
    answer = web.post_form(f"{shop.sandbox}/pay/{session}/pay", email=email, name="Demo Buyer")
    purchase.check(answer.status == 303, f"the payment answers {answer.status}: {answer.brief}")


def receipt(shop, email, known=""):
    _tell(**_newest(shop, email, known))


def mails(shop, email):
    print("\n".join(message["subject"] for message in reversed(_messages(shop, email))))


def link(shop, url):
    page = web.get_json(url)
    if page.status != 200:
        print(f"page {page.status}")
        return
    file = web.get(page.json()["files"][0]["url"])
    stored = web.get(file.fields["Location"]).status if file.status == 302 else "not asked"
    print(f"page {page.status}, file {file.status}, storage {stored}")


def watch(shop, session, url):
    """Buys no more than a page needs to live: each function of the front door is asked a few times a second."""
    stop, answers = threading.Event(), collections.Counter()
    for number in [signal.SIGTERM, signal.SIGINT]:
        signal.signal(number, lambda *_: stop.set())
    asked = {
        "checkout": lambda: web.post_json(f"{shop.url}/checkout", {"product": purchase.PRODUCT, "quantity": 1}),
        "webhook": lambda: web.post(f"{shop.url}/webhooks/stripe", b"{}"),
        "orders": lambda: web.get_json(f"{shop.url}/orders/{session}"),
        "download": lambda: web.get_json(url),
    }
    while not stop.wait(0.05):
        for name, ask in asked.items():
            answers[_outcome(name, ask)] += 1
    bad = {outcome: count for outcome, count in answers.items() if outcome != "answered"}
    print(f"{answers['answered']} answered, {sum(bad.values())} failed" + (f": {bad}" if bad else ""))
    return 1 if bad else 0


def _outcome(name, ask):
    """Whether a function answered as it should: no server's fault, no cut connection."""
    try:
        status = ask().status
    except OSError as error:
        return f"{name}: {error}"
    return "answered" if status < 500 else f"{name}: {status}"


def _begin(shop):
    email = f"buyer-{secrets.token_hex(4)}@customer.example"
    return purchase.start_checkout(shop, email), email


def _newest(shop, email, known=""):
    def arrived():
        for message in _messages(shop, email):
            text = web.get(f"{shop.mail}/api/messages/{message['id']}.plain").text
            links = re.findall(re.escape(shop.url) + r"/download/[\w.~-]+", text)
            if links and links[0] != known:
                return {"key": purchase.KEY.search(text).group(), "link": links[0]}
        return None

    return purchase.eventually(arrived, f"no mail with a link reached {email}: see {shop.mail}")


def _messages(shop, email):
    """What was sent there, the newest first."""
    everything = web.get_json(f"{shop.mail}/api/messages/").json()["data"]
    return sorted((each for each in everything if email in each["recipients_envelope"]), key=lambda each: -each["id"])


def _tell(**values):
    print("\n".join(f"{name}={shlex.quote(value)}" for name, value in values.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
