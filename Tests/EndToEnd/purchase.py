"""One purchase as a buyer makes it, step by step; every step says what happened or why it is wrong."""

import hashlib
import json
import re
import secrets
import subprocess
import time
import urllib.parse

import web

PRODUCT = "genx-delay"
KEY = re.compile(r"\bGENX(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b")
PATIENCE = 20


class Wrong(Exception):
    """What should have happened and did not, in one line."""


class Shop:
    """A running stack as its buyer and its seller see it."""

    def __init__(self, layout):
        self.layout = layout
        self.url = layout.public_url
        self.sandbox = layout.sandbox_url
        self.mail = layout.mail_page

    def operator(self, *arguments):
        """What the seller's command says."""
        layout = self.layout
        where = ["--dir", str(layout.folder), "--port-base", str(layout.front)]
        command = [layout.root / "infra/local/stack.py", *where, "exec", "latchkey", *arguments]
        done = subprocess.run(command, cwd=layout.root, capture_output=True, text=True, timeout=60)
        check(done.returncode == 0, f"`latchkey {' '.join(arguments)}` failed: {done.stderr.strip()}")
        return done.stdout


def steps(shop, email=None):
    """Makes one purchase; yields each step's name and what happened, and raises `Wrong` at the first that fails."""
    email = email or f"buyer-{secrets.token_hex(4)}@customer.example"
    yield "shop", is_open(shop)

    session = start_checkout(shop, email)
    yield "checkout session", session["session_id"]
    yield "payment page", payment_page(session)
    yield "payment", pay(shop, session, email)
    yield "webhook", webhook_answer(shop, session)

    order = paid_order(shop, session, email)
    yield "order", f"{order['id']} is {order['status']}"
    last4 = the_license(order)["last4"]
    yield "license", f"active, ends in {last4}"

    message = receipt(shop, email)
    yield "mail", f"«{message['subject']}» to {email}"
    yield "license key", key_in_mail(message, last4)

    files = download_page(link_in_mail(shop, message))
    yield "download page", f"{len(files)} files: " + ", ".join(sorted(file["platform"] for file in files))
    for file in files:
        yield file["platform"], fetched(file)


def is_open(shop):
    """The front door answers."""
    try:
        answer = web.get(f"{shop.url}/")
    except OSError as error:
        raise Wrong(f"nothing answers at {shop.url} ({error}): start the shop with `make run`") from error
    check(answer.status == 200, f"{shop.url}/ answers {answer.status}")
    return f"{shop.url} answers 200"


def start_checkout(shop, email):
    """Buy was pressed: a checkout session and where to pay it."""
    answer = web.post_json(f"{shop.url}/checkout", {"product": PRODUCT, "quantity": 1, "email": email})
    check(answer.status in (200, 201), f"POST /checkout answers {answer.status}: {answer.brief}")
    session = answer.json()
    check({"url", "session_id"} <= session.keys(), f"POST /checkout answers without url or session_id: {answer.brief}")
    return session


def payment_page(session):
    """The hosted page is there."""
    answer = web.get(session["url"])
    check(answer.status == 200, f"the payment page answers {answer.status}: {answer.brief}")
    return session["url"]


def pay(shop, session, email):
    """The buyer pays and is sent back to the shop, whose page is there."""
    page = f"{shop.sandbox}/pay/{session['session_id']}/pay"
    answer = web.post_form(page, email=email, name="Demo Buyer")
    check(answer.status == 303, f"the payment answers {answer.status}: {answer.brief}")
    back = answer.fields["Location"]
    check(back.startswith(shop.url), f"the payment leads to {back}, not back to the shop")
    check(web.get(back).status == 200, f"the page after the payment, {back}, is not there")
    return f"paid, back to {urllib.parse.urlsplit(back).path}"


def webhook_answer(shop, session):
    """The sale was delivered and taken."""
    url = f"{shop.sandbox}/sandbox/deliveries?session={session['session_id']}"

    def taken():
        sales = [each for each in web.get_json(url).json() if each["type"] == "checkout.session.completed"]
        return next((each for each in sales if each["status"] == 200), None)

    delivery = eventually(taken, f"no sale of {session['session_id']} was delivered and answered 200: see {url}")
    return f"{delivery['event_id']} answered {delivery['status']} at attempt {delivery['attempt']}"


def paid_order(shop, session, email):
    """The order as the seller sees it."""
    order = json.loads(shop.operator("order", "show", session["session_id"], "--json"))
    check(order["status"] == "paid", f"the order is {order['status']}, not paid")
    check(order["email"] == email, f"the order is {order['email']}'s, not {email}'s")
    return order


def the_license(order):
    """The one license of the order."""
    licenses = order["licenses"]
    check(len(licenses) == 1, f"the order has {len(licenses)} licenses, not one")
    check(licenses[0]["status"] == "active", f"the license is {licenses[0]['status']}, not active")
    return licenses[0]


def receipt(shop, email):
    """The message that reached the buyer, with its plain text."""

    def arrived():
        messages = web.get_json(f"{shop.mail}/api/messages/").json()["data"]
        return next((each for each in messages if email in each["recipients_envelope"]), None)

    message = eventually(arrived, f"no mail reached {email}: see {shop.mail}")
    return message | {"text": web.get(f"{shop.mail}/api/messages/{message['id']}.plain").text}


def key_in_mail(message, last4):
    """The key in the mail is the license's."""
    found = set(KEY.findall(message["text"]))
    check(len(found) == 1, f"the mail holds {len(found)} license keys, not one")
    key = found.pop()
    check(key.endswith(last4), f"the mail's key does not end in {last4}")
    return f"GENX-****-****-{last4} is in the mail"


def link_in_mail(shop, message):
    """The one download link."""
    found = set(re.findall(re.escape(shop.url) + r"/download/[\w.~-]+", message["text"]))
    check(len(found) == 1, f"the mail holds {len(found)} download links, not one")
    return found.pop()


def download_page(link):
    """The files that the buyer may fetch."""
    answer = web.get_json(link)
    check(answer.status == 200, f"the download page answers {answer.status}: {answer.brief}")
    files = answer.json()["files"]
    check(files, "the download page lists no file")
    return files


def fetched(file):
    """One file, through its redirect to storage, byte for byte what the page promised."""
    away = web.get(file["url"])
    check(away.status == 302, f"{file['name']}: the link answers {away.status} instead of 302: {away.brief}")
    stored = web.get(away.fields["Location"])
    check(stored.status == 200, f"{file['name']}: storage answers {stored.status}: {stored.brief}")
    check(len(stored.body) == file["size"], f"{file['name']}: {len(stored.body)} bytes instead of {file['size']}")
    digest = hashlib.sha256(stored.body).hexdigest()
    check(digest == file["sha256"], f"{file['name']}: SHA-256 is {digest} instead of {file['sha256']}")
    return f"302, then 200, {len(stored.body)} bytes, SHA-256 {digest[:12]}… as promised"


def check(holds, otherwise):
    """Goes on only when it holds."""
    if not holds:
        raise Wrong(otherwise)


def eventually(look, otherwise):
    """What `look` finds before patience ends."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise Wrong(otherwise)
