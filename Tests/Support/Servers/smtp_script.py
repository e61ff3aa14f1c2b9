"""An SMTP server that follows a script. Usage: smtp_script.py <stage> <behaviour>

At the stage (`greeting`, `ehlo`, `mail`, `rcpt`, `data`, `message`, `second`, `again`, `none`) it does what the behaviour says:
a number is the reply, or `hang`, `drop`, `trickle`, `nonsense`, `endless`, `early`. `second` closes the connection after
the first mail, `again` is the second MAIL of a connection. Says `port <number>`, then a line for each connection, command,
whole message (`message <Message-ID>`) and close.
"""

import socketserver
import sys

from common import announce, end_with_parent, say

stage, behaviour = sys.argv[1], sys.argv[2]
usual = {"greeting": "220 hello", "ehlo": "250-here\r\n250 8BITMIME", "mail": "250 ok", "rcpt": "250 ok",
         "data": "354 go on", "message": "250 taken", "again": "250 ok"}


class Connection(socketserver.StreamRequestHandler):
    def act(self, at):
        """Answers as the script says; false when the connection is over."""
        if at != stage:
            self.wfile.write(usual[at].encode() + b"\r\n")
            return True
        if behaviour.isdigit():
            self.wfile.write(f"{behaviour}-as\r\n{behaviour} scripted\r\n".encode())
            return True
        if behaviour == "drop":
            return False
        if behaviour == "nonsense":
            self.wfile.write(b"hm?\r\n")
            return True
        if behaviour == "endless":
            while True:
                self.wfile.write(b"250-more\r\n" * 100)
        if behaviour == "trickle":
            # One byte for each that comes from the other end, of which there are none: slower than any deadline.
            self.wfile.write(usual[at][:2].encode())
        say("waiting", at)
        self.rfile.read()
        return False

    def read_message(self):
        if stage == "message" and behaviour == "early":
            self.wfile.write(b"250 taken\r\n")
        name = "-"
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            if line.lower().startswith(b"message-id:"):
                name = line.split()[1].decode()
        if line:
            say("message", name)
        return line != b""

    def handle(self):
        say("connection")
        mails = 0
        if not self.act("greeting"):
            return
        while line := self.rfile.readline():
            word = line.split()[0].decode().lower() if line.split() else "?"
            say("command", word)
            if word == "quit":
                if behaviour == "hang" or stage == "none":
                    # Never answers, and must be able to keep nobody waiting.
                    say("waiting quit")
                    self.rfile.read()
                    return
                self.wfile.write(b"221 bye\r\n")
                return
            at = "again" if word == "mail" and mails == 1 else word if word in usual else "greeting"
            if not self.act(at):
                return
            if word == "data" and (stage != "data" or not behaviour.isdigit()):
                if not self.read_message() or not self.act("message"):
                    return
                mails += 1
                if stage == "second" and mails == 1:
                    return

    def finish(self):
        try:
            super().finish()
        finally:
            say("closed")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        say("broken")


server = Server(("127.0.0.1", 0), Connection)
end_with_parent()
announce(server.server_address[1])
server.serve_forever()
