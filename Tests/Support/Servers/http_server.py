"""An HTTP/1.1 server that misbehaves as its paths say. Usage: http_server.py [tls kind]

Says `port <number> <certificate>`, then a line for each connection, each request and each close.
"""

import socketserver
import sys
import threading

from common import announce, end_with_parent, make_context, say

context = None
parked = threading.Event()


class Connection(socketserver.StreamRequestHandler):
    def setup(self):
        if context:
            self.request = context.wrap_socket(self.request, server_side=True)
        super().setup()
        say("connection")

    def handle(self):
        served = 0
        while True:
            line = self.rfile.readline()
            if not line:
                return
            fields = {}
            while (field := self.rfile.readline().strip()):
                name, _, value = field.decode().partition(":")
                fields[name.lower()] = value.strip()
            body = self.rfile.read(int(fields.get("content-length", 0)))
            method, target = line.decode().split()[:2]
            say("request", method, target)
            served += 1
            if not self.answer(method, target, fields, body, served):
                return

    def finish(self):
        super().finish()
        say("closed")

    def reply(self, text, body=b"", fields=()):
        lines = ["HTTP/1.1 " + text, "Content-Length: %d" % len(body), *fields, "", ""]
        self.wfile.write("\r\n".join(lines).encode() + body)
        return True

    def answer(self, method, target, fields, body, served):
        kind, _, rest = target.lstrip("/").partition("?")[0].partition("/")
        if kind == "status":
            return self.reply(rest + " Some", b"" if method == "HEAD" else b"answer")
        if kind == "echo":
            described = method + " " + target + "\n" + "\n".join(f"{n}={v}" for n, v in sorted(fields.items()))
            return self.reply("200 OK", described.encode() + b"\n\n" + body)
        if kind == "large":
            return self.reply("200 OK", b"x" * int(rest))
        if kind == "endless":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                self.wfile.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        if kind == "many-fields":
            return self.reply("200 OK", fields=[f"X-{n}: {'y' * 1000}" for n in range(90)])
        if kind == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")
            return False
        if kind == "nothing":
            return False
        if kind == "nonsense":
            self.wfile.write(b"this is no HTTP\r\n\r\n")
            return False
        if kind == "folded":
            return self.reply("200 OK", fields=["X-Folded: a", " b"])
        if kind == "hang":
            return bool(self.rfile.readline())
        if kind == "hang-in-body":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")
            return bool(self.rfile.readline())
        if kind == "redirect":
            return self.reply("302 Found", fields=["Location: /status/200"])
        if kind == "fields":
            return self.reply("200 OK", fields=["x-MIXED-case: One", "Set-Cookie: a=1", "set-cookie: b=2", "X-Empty:"])
        if kind == "interim":
            self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            return self.reply("200 OK", b"final", fields=["X-Final: yes"])
        if kind == "trailers":
            self.wfile.write(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Late: yes\r\n\r\n")
            return True
        if kind == "die-on-second":
            # The connection looks alive until the second request is on it.
            return served == 1 and self.reply("200 OK")
        if kind == "gather":
            # Answers when so many requests are waiting at once.
            with gathering:
                waiting.append(1)
                if len(waiting) >= int(rest):
                    parked.set()
            parked.wait()
            return self.reply("200 OK", b"x" * 20000)
        return self.reply("404 Not Found")


gathering = threading.Lock()
waiting = []


class Server(socketserver.ThreadingTCPServer):
    request_queue_size = 256
    daemon_threads = True

    def handle_error(self, request, client_address):
        say("broken")


certificate, folder = "-", None
if len(sys.argv) > 1:
    context, certificate, folder = make_context(sys.argv[1])
server = Server(("127.0.0.1", 0), Connection)
end_with_parent(folder)
announce(server.server_address[1], certificate)
server.serve_forever()
