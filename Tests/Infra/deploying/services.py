"""Answers for the services of a fake project: each as infra/deploy/table says a healthy one does, unless it is broken.

`/NAME/live/…` is whatever has the traffic, `/NAME/TAG/…` the revision behind a tag, and `/computeMetadata/…` the metadata
server that hands out tokens.
"""

import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.machinery import SourceFileLoader

from fake_cloud import Cloud


class Services:
    """A running server; `asked` is every request it saw."""

    def __init__(self, root, state_file):
        table = SourceFileLoader("deploy_table", str(root / "infra/deploy/table")).load_module()
        self.smoke = table.smoke() | {table.STOREFRONT: table.PAGES}
        self.private = {row.name for row in table.FUNCTIONS if not row.public}
        self.cloud, self.asked = Cloud(state_file), []
        handler = type("Handler", (_Handler,), {"services": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def status(self, method, path, body, token):
        """The status that a service answers with."""
        name, door, inner = path.lstrip("/").split("/", 2)
        service = self.cloud.load()["services"][name]
        revisions = list(service["traffic"]) if door == "live" else [service["tags"].get(door)]
        self.asked.append((name, door, method, f"/{inner}", token))
        if name in self.private and token != f"token for {service['url']}":
            return 403
        if any(f"{name} {door} {revision.rsplit('-', 1)[1]}" in self.cloud.load()["broken"] for revision in revisions):
            return 503
        for each in self.smoke[name]:
            if (each["request"], each.get("json")) == (f"{method} /{inner}", body):
                return each["status"]
        return 418


class _Handler(BaseHTTPRequestHandler):
    services = None

    def do_GET(self):
        path = urllib.parse.urlsplit(self.path)
        if path.path.startswith("/computeMetadata/"):
            return self._token(urllib.parse.parse_qs(path.query)["audience"][0])
        return self._answer("GET", None)

    def do_POST(self):
        self._answer("POST", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, method, body):
        token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
        self._say(self.services.status(method, self.path, body, token), b"")

    def _token(self, audience):
        known = self.headers["Metadata-Flavor"] == "Google"
        self._say(200 if known else 403, f"token for {audience}".encode())

    def _say(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
