"""A stand-in for Stripe's API that answers each path with what a file says. Usage: stripe_lists.py <file>

The file is a JSON object of answers by path; any other path is an empty list. Says `port <number>`.
"""

import http.server
import json
import sys
from pathlib import Path

from common import announce, end_with_parent

ANSWERS = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
NOTHING = {"object": "list", "data": [], "has_more": False}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = json.dumps(ANSWERS.get(self.path.partition("?")[0], NOTHING)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
end_with_parent()
announce(server.server_address[1])
server.serve_forever()
