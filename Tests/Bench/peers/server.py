"""The webhook and the download as a Python shop would write them: FastAPI, uvicorn with uvloop and httptools, asyncpg.

Tuned as far as its own people would: prepared statements, no access log, no reset between uses of a connection, orjson.
The statements are Latchkey's own (`STATEMENTS`).
"""

import base64
import contextlib
import datetime
import hashlib
import hmac
import json
import os
import secrets
import time
import uuid
from urllib.parse import quote

import asyncpg
import orjson
import uvicorn
from fastapi import FastAPI, Request, Response

STATEMENTS = json.load(open(os.environ["STATEMENTS"]))
SIGNING = [each.encode() for each in os.environ.get("STRIPE_WEBHOOK_SECRETS", "").split(",")]
PEPPER = base64.b64decode(os.environ.get("KEY_PEPPER", ""))
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
JSON_FIELDS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
UTC = datetime.timezone.utc


def versioned(name):
    version, _, secret = os.environ.get(name, "0:").split(",")[0].partition(":")
    return int(version), base64.b64decode(secret)


LICENSE_VERSION, LICENSE_SECRET = versioned("LICENSE_SECRETS")
TOKEN_VERSION, TOKEN_SECRET = versioned("TOKEN_SECRETS")


def tag(key, *parts):
    return hmac.digest(key, b"".join(parts), "sha256")


# --- values of the statements -----------------------------------------------------------------------------------------


def constant(parameter):
    text, kind = parameter["constant"], parameter["type"]
    if text is None:
        return None
    if kind in ("integer", "bigint", "smallint"):
        return int(text)
    if kind == "boolean":
        return text == "t"
    if kind.endswith("[]"):
        parts = text[1:-1].split(",") if text != "{}" else []
        return [int(part) for part in parts] if kind in ("bigint[]", "integer[]") else parts
    return text


def reader(parameters):
    """A function from the values by name to the statement's values in order."""
    places, scope = [], {"delta": datetime.timedelta}
    for index, parameter in enumerate(parameters):
        if parameter["name"] == "now":
            places.append(f"v['now'] + delta(seconds={parameter['offset']})" if parameter["offset"] else "v['now']")
        elif parameter["name"]:
            places.append(f"v['{parameter['name']}']")
        else:
            scope[f"c{index}"] = constant(parameter)
            places.append(f"c{index}")
    return eval(f"lambda v: ({', '.join(places)},)", scope)


def first_transaction(name):
    return [(s["text"], reader(s["parameters"])) for s in STATEMENTS.get(name, []) if s["transaction"] == 0]


SALE, USE = first_transaction("webhook"), first_transaction("download")

# --- IDs and keys -----------------------------------------------------------------------------------------------------


def v7(milliseconds, first, second):
    high = (milliseconds & 0xFFFFFFFFFFFF) << 16 | 0x7000 | first & 0x0FFF
    return uuid.UUID(int=high << 64 | 0x8000000000000000 | second >> 2)


def fresh(milliseconds):
    return v7(milliseconds, secrets.randbits(64), secrets.randbits(64))


def derived(kind, session, milliseconds, detail=""):
    text = f"latchkey {kind} v1{session}{' ' + detail if detail else ''}".encode()
    digest = hashlib.sha256(text).digest()
    return v7(milliseconds, int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big"))


def times_generator(value):
    shifted = value << 1
    return shifted ^ 0b100101 if shifted & 0b100000 else shifted


def license_key(license):
    bits = int.from_bytes(tag(LICENSE_SECRET, b"latchkey license v1", license.bytes)[:7], "big") >> 1
    values = [bits >> shift & 31 for shift in range(50, -1, -5)]
    check = 0
    for value in [SYMBOLS.index(letter) for letter in "GENX"] + values:
        check = times_generator(check) ^ value
    text = "".join(SYMBOLS[value] for value in [*values, times_generator(check)])
    return f"GENX-{text[:4]}-{text[4:8]}-{text[8:]}"


# --- the webhook ------------------------------------------------------------------------------------------------------



async def keep_as_it_is(connection):
    """No DISCARD between two uses of a connection: nothing here changes a session."""


@contextlib.asynccontextmanager
async def connected(app):
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=8, max_size=8, reset=keep_as_it_is) as pool:
        app.state.pool = pool
        app.state.product = await pool.fetchval("SELECT id FROM products WHERE slug = 'genx-delay'")
        yield


app = FastAPI(openapi_url=None, lifespan=connected)


def is_signed(header, body):
    parts = dict(part.split("=", 1) for part in header.split(","))
    if abs(time.time() - int(parts["t"])) > 300:
        return False
    signed = parts["t"].encode() + b"." + body
    return any(hmac.compare_digest(tag(secret, signed).hex(), parts["v1"]) for secret in SIGNING)


@app.post("/webhooks/stripe")
async def webhook(request: Request):
    body = await request.body()
    header = request.headers.get("stripe-signature", "")
    if not header or not is_signed(header, body):
        return Response(b'{"title":"The signature does not hold."}', 400, media_type="application/problem+json")
    await sell(orjson.loads(body), body.decode())
    return Response(b'{"received":true}', media_type="application/json", headers=JSON_FIELDS)


async def sell(event, payload):
    session = event["data"]["object"]
    now = datetime.datetime.now(UTC)
    opened, present = session["created"] * 1000, int(now.timestamp() * 1000)
    license = derived("license", session["id"], opened, "0")
    key = license_key(license)
    values = {
        "event_id": event["id"],
        "event_type": event["type"],
        "api_version": event["api_version"],
        "created": datetime.datetime.fromtimestamp(event["created"], UTC),
        "payload": payload,
        "session_id": session["id"],
        "payment_intent": session["payment_intent"],
        "email": session["customer_details"]["email"],
        "customer_name": session["customer_details"]["name"],
        "amount": session["amount_total"],
        "currency": session["currency"],
        "order_id": uuid.UUID(session["metadata"]["latchkey_order"]),
        "fallback_order_id": derived("order", session["id"], opened),
        "product_id": app.state.product,
        "customer_id": fresh(present),
        "grant_id": fresh(present),
        "email_id": derived("email", session["id"], opened, "paid"),
        "license_ids": [license],
        "license_id": license,
        "key_hashes": [tag(PEPPER, key.encode())],
        "key_hash": tag(PEPPER, key.encode()),
        "last_fours": [key[-4:]],
        "last_four": key[-4:],
        "now": now,
    }
    async with app.state.pool.acquire() as connection:
        async with connection.transaction():
            for text, read in SALE:
                await connection.fetchrow(text, *read(values))


# --- the download -----------------------------------------------------------------------------------------------------

STORAGE = os.environ.get("STORAGE_BASE", "")
BUCKET = os.environ.get("STORAGE_BUCKET", "")
_, ACCESS_ID, STORAGE_SECRET = (os.environ.get("STORAGE_SIGNER", "::")).split(":", 2)


def opened(token, now):
    bytes_ = base64.urlsafe_b64decode(token)
    content, signature = bytes_[:28], bytes_[28:]
    if int.from_bytes(content[:4], "big") != TOKEN_VERSION:
        return None
    if not hmac.compare_digest(tag(TOKEN_SECRET, b"latchkey download v1", content)[:20], signature):
        return None
    return content[4:20] if int.from_bytes(content[20:], "big") > now.timestamp() else None


def limit_keys(caller, grant):
    address = bytes(map(int, caller.split(".")))
    return sorted(hashlib.sha256(n + b"\0" + s).digest() for n, s in [(b"download-address", address), (b"download-link", grant)])


def link(object_name, file, size, now):
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/auto/storage/goog4_request"
    disposition = quote(f'attachment; filename="{file}"', safe="")
    path = f"/{BUCKET}/{quote(object_name)}"
    query = (
        f"X-Goog-Algorithm=GOOG4-HMAC-SHA256&X-Goog-Credential={quote(f'{ACCESS_ID}/{scope}', safe='')}&X-Goog-Date={stamp}"
        f"&X-Goog-Expires={min(300 + size // 1_000_000, 900)}&X-Goog-SignedHeaders=host&response-content-disposition={disposition}"
    )
    host = STORAGE.split("://", 1)[1]
    canonical = f"GET\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    text = f"GOOG4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("GOOG4" + STORAGE_SECRET).encode()
    for part in [stamp[:8], "auto", "storage", "goog4_request", text]:
        key = tag(key, part.encode())
    return f"{STORAGE}{path}?{query}&X-Goog-Signature={key.hex()}"


@app.get("/download/{token}/{file}")
async def download(token: str, file: str, request: Request):
    now = datetime.datetime.now(UTC)
    grant = opened(token, now)
    if grant is None:
        return Response(status_code=404)
    caller = request.headers["x-forwarded-for"].rsplit(",", 1)[-1].strip()
    values = {"grant_id": uuid.UUID(bytes=grant), "file_name": file, "now": now, "limit_keys": limit_keys(caller, grant)}
    text, read = USE[0]
    async with app.state.pool.acquire() as connection:
        row = await connection.fetchrow(text, *read(values))
    if not row["admitted"]:
        return Response(status_code=429)
    if row["object_name"] is None:
        return Response(status_code=410)
    fields = {
        "Location": link(row["object_name"], row["file_name"], row["size"], now),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return Response(status_code=302, headers=fields)


# --- the process ------------------------------------------------------------------------------------------------------


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), loop="uvloop", http="httptools", access_log=False, log_level="warning")
