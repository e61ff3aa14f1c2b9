"""How each kind of random secret is made; infra/settings.json names the kinds."""

import base64
import secrets


def _key():
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _signer():
    return f"hmac:GOOG1E{secrets.token_hex(27).upper()}:{base64.b64encode(secrets.token_bytes(30)).decode()}"


MAKERS = {
    "password": lambda: secrets.token_hex(24),
    "key": _key,
    "versioned key": lambda: f"1:{_key()}",
    "bearer token": lambda: f"token:{secrets.token_hex(24)}",
    "storage signer": _signer,
    "Stripe key": lambda: f"sk_test_{secrets.token_hex(24)}",
    "webhook secret": lambda: f"whsec_{secrets.token_hex(24)}",
}


def make(kind):
    """A new random value of this kind."""
    return MAKERS[kind]()
