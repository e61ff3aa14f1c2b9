"""Every image: what is in it, how big it is, how soon it answers, and that it runs with nothing but what it has."""

import statistics
import subprocess
import unittest
from pathlib import Path

import container
from container import ROOT, Container, Image, ask, undisturbed
from network import NameServer

from latchkey_local import table
from latchkey_local.settings import Settings

MEGABYTE = 1_000_000
LARGEST = 10.0  # megabytes, compressed
SLOWEST = 5.0  # milliseconds from exec to the first healthy answer
STARTS = 15
PORT = 8080
DOOR = 9090

FUNCTIONS = table.load(ROOT)
STATIC = ["latchkey", "sandbox", *(function.name for function in FUNCTIONS)]
COMMON_FILES = {"etc/group", "etc/nsswitch.conf", "etc/passwd", "etc/ssl/certs/ca-certificates.crt"}


def mails():
    return {f"mail/{file.name}" for file in (ROOT / "infra/mail").iterdir() if file.suffix in [".html", ".txt"]}


class ImageTests(unittest.TestCase):
    def test_each_image_says_how_it_is_run(self):
        for name in [*STATIC, "web"]:
            with self.subTest(name):
                config = Image(name).config
                self.assertEqual(config["User"], "65532:65532")
                self.assertEqual(config["StopSignal"], "SIGQUIT" if name == "web" else "SIGTERM")
                if name not in ["latchkey", "sandbox"]:
                    self.assertEqual([port.removesuffix("/tcp") for port in config["ExposedPorts"]], [str(PORT)])

    def test_a_static_image_holds_its_executable_and_what_that_reads(self):
        expected = {function.name: {"function"} for function in FUNCTIONS} | {"sandbox": {"sandbox", "catalog.json"}}
        for function in FUNCTIONS:
            if "MAIL_TEMPLATES" in function.settings:
                expected[function.name] |= mails()
        migrations = {f"migrations/{file.name}" for file in (ROOT / "infra/migrations").glob("*.sql")}
        expected["latchkey"] = {"latchkey"} | mails() | migrations
        for name in STATIC:
            with self.subTest(name):
                self.assertEqual(Image(name).files, expected[name] | COMMON_FILES)

    def test_no_executable_needs_a_library(self):
        for name in STATIC:
            with self.subTest(name):
                image = Image(name)
                program = image.root / image.config["Entrypoint"][0].lstrip("/")
                read = subprocess.run(["readelf", "--program-headers", "--dynamic", program], capture_output=True, text=True, check=True)
                self.assertNotRegex(read.stdout, r"INTERP|NEEDED")
                self.assertNotEqual(subprocess.run(["ldd", program], capture_output=True).returncode, 0)

    def test_nothing_in_a_static_image_can_be_changed_by_who_runs_it(self):
        for name in STATIC:
            with self.subTest(name):
                root = Image(name).root
                loose = {file for file in root.rglob("*") if file.lstat().st_uid != 0 or file.lstat().st_mode & 0o022}
                self.assertEqual(loose, {root / "storage"} if name == "sandbox" else set())

    def test_each_function_runs_as_nobody_on_a_root_that_cannot_be_written_and_is_small_and_quick(self):
        settings, rows = Settings(container.layout()), []
        for function in FUNCTIONS:
            with self.subTest(function.name):
                rows.append(self.weigh(function, settings.of(function)))
        print("\n" + f"{'image':14}{'compressed MB':>15}{'executable MB':>15}{'start ms':>10}{'idle MiB':>10}")
        print("\n".join(f"{name:14}{packed:15.1f}{plain:15.1f}{start:10.1f}{idle:10.1f}" for name, packed, plain, start, idle in rows))

    def weigh(self, function, environment):
        """One function's row of the table, each limit held."""
        image = Image(function.name)
        environment = {name: value for name, value in environment.items() if name != "MAIL_TEMPLATES"}
        host, starts = "127.0.2.1", []
        for _ in range(STARTS):
            with undisturbed(), Container(image, environment | {"HOST": host, "PORT": str(PORT)}) as running:
                with self.assertRaises(OSError):
                    (image.root / "written").touch()
                starts.append(running.until_healthy(host, PORT))
                self.assertTrue(ask(host, PORT, "/readyz").startswith(b"HTTP/1.1 200 "), "its database does not answer")
                status = Path(f"/proc/{running.process.pid}/status").read_text()
                self.assertRegex(status, r"Uid:\t65532\t65532\t65532\t65532\n")
                self.assertRegex(status, r"CapEff:\t0+\n")
                idle = int(status.split("VmRSS:")[1].split()[0]) / 1024
                code, said = running.stop()
                self.assertEqual(code, 0, said)
        packed, plain = image.compressed / MEGABYTE, (image.root / "function").stat().st_size / MEGABYTE
        start = statistics.median(starts)
        self.assertLessEqual(packed, LARGEST, f"{function.name}: megabytes, compressed")
        self.assertLessEqual(start, SLOWEST, f"{function.name}: milliseconds from exec to the first healthy answer")
        return function.name, packed, plain, start, idle

    def test_a_function_without_settings_says_so_and_ends(self):
        with Container(Image("webhook"), {}) as running:
            said, _ = running.process.communicate(timeout=container.PATIENCE)
            self.assertEqual(running.process.returncode, 1, said)
            self.assertIn("DATABASE_URL", said)

    def test_the_sandbox_runs_from_its_image(self):
        environment = Settings(container.layout()).of_sandbox()
        places = {"HOST": "127.0.2.2", "STORAGE_FOLDER": "/storage"}
        with Container(Image("sandbox"), environment | places, writable=["storage"]) as running:
            running.until_healthy("127.0.2.2", int(environment["PORT"]))
            self.assertEqual(running.stop()[0], 0)


class WebTests(unittest.TestCase):
    """nginx with the storefront, as in a network of containers: each function has a name."""

    def setUp(self):
        self.image = Image("web")
        names = self.enterContext(NameServer({"checkout": "127.0.2.4"}))
        self.root = self.image.root
        resolver = self.root / "etc/resolv.conf"
        resolver.write_text("nameserver 127.0.0.1\n")
        self.addCleanup(resolver.write_text, "")
        self.names = names

    def start(self, **environment):
        web = Container(self.image, environment, self.root, writable=["tmp"], devices=True)
        return self.enterContext(web)

    def test_it_passes_routes_on_by_name_whether_or_not_anybody_is_there(self):
        # Not on the functions' own port: here it would listen at their addresses as well.
        web = self.start(PORT=str(DOOR))
        web.until_healthy("127.0.0.1", DOOR)
        self.assertIn(b"502", ask("127.0.0.1", DOOR, "/checkout").splitlines()[0])
        function = next(each for each in FUNCTIONS if each.name == "checkout")
        environment = Settings(container.layout()).of(function) | {"HOST": "127.0.2.4", "PORT": str(PORT)}
        with Container(Image("checkout"), environment) as checkout:
            checkout.until_healthy("127.0.2.4", PORT)
            # The function's own answer: it takes nothing but POST.
            self.assertIn(b"405", ask("127.0.0.1", DOOR, "/checkout").splitlines()[0])
        self.assertIn("checkout", self.names.asked)
        # Nobody knows that name, and the door stands all the same.
        self.assertIn(b"502", ask("127.0.0.1", DOOR, "/download/x").splitlines()[0])
        self.assertEqual(web.stop()[0], 0)

    def test_it_shows_the_pages_whose_forms_lead_where_it_is_told(self):
        with Container(self.image, {}, self.root, writable=["tmp"], devices=True) as web:
            web.until_healthy("127.0.0.1", PORT)
            page = ask("127.0.0.1", PORT, "/")
            self.assertIn(b"200 OK", page)
            self.assertIn(b"form-action 'self' https://checkout.stripe.com;", page)
        web = self.start(PAYMENT_PAGES="https://pay.example http://localhost:8090")
        web.until_healthy("127.0.0.1", PORT)
        self.assertIn(b"form-action 'self' https://pay.example http://localhost:8090;", ask("127.0.0.1", PORT, "/"))

    def test_what_would_change_the_configuration_is_refused(self):
        for setting in [{"PORT": "80; root /"}, {"PAYMENT_PAGES": "https://a\"; root /; #"}]:
            with self.subTest(setting):
                with Container(self.image, setting, self.root, writable=["tmp"], devices=True) as web:
                    said, _ = web.process.communicate(timeout=container.PATIENCE)
                    self.assertEqual(web.process.returncode, 1)
                    self.assertIn("not started", said)


if __name__ == "__main__":
    unittest.main()
