"""A small HTTP client that never follows a redirect, so that every hop can be looked at."""

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


_open = urllib.request.build_opener(_Stay).open


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    fields: object
    body: bytes

    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode(errors="replace")

    @property
    def brief(self):
        """The beginning of the text, for a message of one line."""
        return " ".join(self.text.split())[:200]


def get(url, accept="*/*"):
    return _ask(urllib.request.Request(url, headers={"Accept": accept}))


def get_json(url):
    return get(url, accept="application/json")


def post_json(url, value):
    fields = {"Content-Type": "application/json", "Accept": "application/json"}
    return _ask(urllib.request.Request(url, data=json.dumps(value).encode(), headers=fields, method="POST"))


def post(url, body, **fields):
    fields = {name.replace("_", "-"): value for name, value in fields.items()}
    return _ask(urllib.request.Request(url, data=body, headers=fields, method="POST"))


def post_form(url, **values):
    return _ask(urllib.request.Request(url, data=urllib.parse.urlencode(values).encode(), method="POST"))


def _ask(request):
    try:
        with _open(request, timeout=30) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.headers, refused.read())
