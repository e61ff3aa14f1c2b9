"""What is different in a static executable: names, certificates and sockets, through the product's own code.

`latchkey doctor` asks Postgres, Stripe and the mail server as the functions do; `checkout` keeps a pool of connections.
"""

import json
import os
import pwd
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import container
from container import PATIENCE, ROOT, Container, Image, ask
from network import NameServer, Relay

from latchkey_local import table
from latchkey_local.postgres import Cluster
from latchkey_local.settings import Settings

sys.path.insert(0, str(ROOT / "Tests/Support/Servers"))
from common import make_certificate

DATABASE, STRIPE, MAIL, WRONG = "db.latchkey.test", "stripe.latchkey.test", "mail.latchkey.test", "wrong.latchkey.test"
AUTHORITIES = "etc/ssl/certs/ca-certificates.crt"


class StaticTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.layout = container.layout()
        cls.settings = Settings(cls.layout)
        cls.cluster = Cluster(cls.layout, cls.settings)
        cls.names = cls.enterClassContext(NameServer(dict.fromkeys([DATABASE, STRIPE, MAIL, WRONG], "127.0.0.1")))
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.folder.chmod(0o755)
        cls.certificates = {name: cls.certificate(name) for name in [DATABASE, STRIPE]}
        cls.serve_database_over_tls()

    @classmethod
    def certificate(cls, name):
        """A key and a certificate for `name`, which is its own authority."""
        folder = cls.folder / name
        folder.mkdir()
        return make_certificate(str(folder), name)

    @classmethod
    def serve_database_over_tls(cls):
        key, certificate = cls.certificates[DATABASE]
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(key, user.pw_uid, user.pw_gid)
        settings = {"ssl_key_file": key, "ssl_cert_file": certificate, "ssl": "on", "log_connections": "on"}
        for name, value in settings.items():
            cls.cluster.ask(f"alter system set {name} = '{value}'")
            cls.addClassCleanup(cls.cluster.ask, "select pg_reload_conf()")
            cls.addClassCleanup(cls.cluster.ask, f"alter system reset {name}")
        cls.cluster.ask("select pg_reload_conf()")
        deadline = time.monotonic() + PATIENCE
        while cls.cluster.ask("show ssl") != "on":
            if time.monotonic() > deadline:
                raise AssertionError("Postgres does not take our certificate")
            time.sleep(0.05)

    def root(self, image, trusted):
        """The image's root in a network whose name server is ours, with one more authority to trust."""
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)
        root = image.copy(folder)
        (root / "etc/resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:2 attempts:1\n")
        if trusted:
            with open(root / AUTHORITIES, "a", encoding="utf-8") as authorities:
                authorities.write(Path(self.certificates.get(trusted, (None, trusted))[1]).read_text())
        return root

    def doctor(self, check, trusting=None, root=None, **settings):
        """What the static `latchkey doctor` says of one thing: whether it passed, and what was found."""
        image = Image("latchkey")
        environment = self.settings.of_operator() | {"MAIL_TEMPLATES": "/mail"} | settings
        with Container(image, environment, root or self.root(image, trusting), ["doctor", "--json"]) as doctor:
            said, _ = doctor.process.communicate(timeout=PATIENCE * 2)
        document, _ = json.JSONDecoder().raw_decode(said[said.index("{") :])  # the last line is for people
        found = next(each for each in document["checks"] if each["name"] == check)
        return found["state"] == "passed", found["detail"]

    def database_url(self, host, role="latchkey", **parameters):
        url = self.settings.database_url(role).replace("127.0.0.1", host)
        parameters = {"sslmode": "verify-full", "sslrootcert": f"/{AUTHORITIES}"} | parameters
        return f"{url}?" + "&".join(f"{name}={value}" for name, value in parameters.items())

    def test_postgres_by_name_over_tls_with_the_authority_we_trust(self):
        self.names.asked.clear()
        self.assert_passed(self.doctor("database", trusting=DATABASE, DATABASE_URL=self.database_url(DATABASE)))
        self.assertIn(DATABASE, self.names.asked)
        self.assertIn("SSL enabled (protocol=TLSv1.3", self.layout.log("postgres").read_text())

    def test_postgres_of_another_authority_is_refused(self):
        self.assert_failed(self.doctor("database", DATABASE_URL=self.database_url(DATABASE)), "certificate verify failed")

    def test_postgres_under_another_name_is_refused(self):
        found = self.doctor("database", trusting=DATABASE, DATABASE_URL=self.database_url(WRONG))
        self.assert_failed(found, f'does not match host name "{WRONG}"')

    def test_a_name_that_does_not_exist_is_told_as_such(self):
        self.names.asked.clear()
        passed, found = self.doctor("database", DATABASE_URL=self.database_url("none.latchkey.test"))
        self.assertFalse(passed)
        self.assertIn("none.latchkey.test", self.names.asked)

    def test_postgres_over_a_unix_socket(self):
        root = self.root(Image("latchkey"), None)
        (root / "cloudsql").mkdir()
        path = root / "cloudsql" / f".s.PGSQL.{self.layout.database_port}"
        with Relay(("127.0.0.1", self.layout.database_port), path=str(path)):
            path.chmod(0o777)
            password = self.settings.database_password("latchkey")
            url = f"postgresql://latchkey:{password}@/latchkey?host=/cloudsql&port={self.layout.database_port}&sslmode=disable"
            self.assert_passed(self.doctor("database", root=root, DATABASE_URL=url))

    def test_a_function_keeps_its_pool_over_tls_and_is_not_ready_where_it_trusts_nobody(self):
        function = next(each for each in table.load(ROOT) if each.name == "checkout")
        url = self.database_url(DATABASE, function.role)
        environment = self.settings.of(function) | {"HOST": "127.0.2.5", "PORT": "8080", "DATABASE_URL": url}
        image = Image(function.name)
        for trusted, ready in [(DATABASE, b"200"), (None, b"503")]:
            with self.subTest(trusted=trusted), Container(image, environment, self.root(image, trusted)) as running:
                running.until_healthy("127.0.2.5", 8080)
                self.assertIn(ready, ask("127.0.2.5", 8080, "/readyz").splitlines()[0])

    def test_https_to_whom_we_trust_and_to_nobody_else(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        key, certificate = self.certificates[STRIPE]
        context.load_cert_chain(certificate, key)
        with Relay(("127.0.0.1", self.layout.sandbox_port), tls=context) as relay:
            self.names.asked.clear()
            base = f"https://{STRIPE}:{relay.port}"
            self.assert_passed(self.doctor("Stripe", trusting=STRIPE, STRIPE_API_BASE=base))
            self.assertIn(STRIPE, self.names.asked)
            self.assert_failed(self.doctor("Stripe", STRIPE_API_BASE=base), "no safe connection")
            self.assert_failed(self.doctor("Stripe", trusting=STRIPE, STRIPE_API_BASE=base.replace(STRIPE, WRONG)), "no safe connection")

    def test_mail_with_starttls_and_a_login_to_whom_we_trust_and_to_nobody_else(self):
        server = subprocess.Popen(
            [self.layout.python, ROOT / "Tests/Support/Servers/smtp_server.py", "starttls", "auth", f"host={MAIL}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(server.communicate)
        _, port, certificate = server.stdout.readline().split()
        url = f"smtp://us%20er%40x:p%3Ass%2Fw%25rd@{MAIL}:{port}"
        self.assert_passed(self.doctor("mail server", trusting=certificate, SMTP_URL=url))
        said = [server.stdout.readline().split() for _ in range(3)]
        self.assertIn("tls", [words[-1] for words in said])
        self.assertTrue(any(words[0] == "login" and words[-1] == "good" for words in said), said)
        self.assert_failed(self.doctor("mail server", SMTP_URL=url), "no safe connection")
        wrong = url.replace(MAIL, WRONG)
        self.assert_failed(self.doctor("mail server", trusting=certificate, SMTP_URL=wrong), "no safe connection")

    def assert_passed(self, found):
        self.assertTrue(found[0], found[1])

    def assert_failed(self, found, why):
        self.assertFalse(found[0], found[1])
        self.assertIn(why.lower(), found[1].lower())


if __name__ == "__main__":
    unittest.main()
