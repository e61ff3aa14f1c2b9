"""Real download clients, through the front door to the storage: one download is one use."""

import hashlib
import secrets
import subprocess
import tempfile
import unittest
from pathlib import Path

import purchase
import stack_under_test
import web

SIZE = 40_000_000


class DownloadManagerTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = purchase.Shop(stack_under_test.layout())
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.content = secrets.token_bytes(SIZE)
        cls.name = f"Big-{secrets.token_hex(4)}.zip"
        release = Path(cls.folder.name) / "release"
        (release / "macos").mkdir(parents=True)
        (release / "macos" / cls.name).write_bytes(cls.content)
        cls.publish(release, "99.0.0")
        cls.addClassCleanup(cls.publish, cls.shop.layout.folder / "releases" / "1.0.0", "99.0.1")

    def test_16_connections_are_one_use_and_the_file_arrives_whole(self):
        link, file = self.bought()
        self.fetch_with_aria2(file)
        self.assertEqual(self.left(link), self.limit - 1)
        self.fetch_with_aria2(file)
        self.assertEqual(self.left(link), self.limit - 1)

    def test_a_download_that_is_cut_is_resumed_by_the_same_use(self):
        link, file = self.bought()
        target = Path(self.folder.name) / "resumed"
        self.curl("--location", "--range", f"0-{SIZE // 2 - 1}", "--output", target, file)
        self.curl("--location", "--continue-at", "-", "--output", target, file)
        self.assertEqual(target.read_bytes(), self.content)
        self.assertEqual(self.left(link), self.limit - 1)

    def test_head_tells_of_the_file_and_the_address_where_it_ends_can_be_got(self):
        link, file = self.bought()
        head = self.curl("--head", "--location", file)
        self.assertIn(" 200 ", head.splitlines()[0])
        fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in head.splitlines() if ": " in line)}
        self.assertEqual(int(fields["content-length"]), SIZE)
        self.assertEqual(fields["content-type"], "application/zip")
        self.assertEqual(fields["accept-ranges"], "bytes")
        self.assertIn(self.name, fields["content-disposition"])
        self.assertEqual(self.left(link), self.limit)
        ended = self.curl("--silent", "--head", "--location", "--output", "/dev/null", "--write-out", "%{url_effective}", file)
        target = Path(self.folder.name) / "got"
        self.curl("--location", "--fail", "--output", target, ended)
        self.assertEqual(target.read_bytes(), self.content)
        self.assertEqual(self.left(link), self.limit - 1)

    @classmethod
    def publish(cls, folder, version):
        cls.shop.operator("release", "publish", str(folder), "--product", purchase.PRODUCT, "--version", version)

    def bought(self):
        """The link of a purchase and the address of its file."""
        email = f"buyer-{secrets.token_hex(4)}@customer.example"
        session = purchase.start_checkout(self.shop, email)
        purchase.pay(self.shop, session, email)
        link = purchase.link_in_mail(self.shop, purchase.receipt(self.shop, email))
        page = web.get_json(link).json()
        self.limit = page["uses_left"]
        return link, next(file["url"] for file in page["files"] if file["name"] == self.name)

    def left(self, link):
        return web.get_json(link).json()["uses_left"]

    def fetch_with_aria2(self, file):
        name = secrets.token_hex(4)
        subprocess.run(
            ["aria2c", "--no-conf", "-q", "-x16", "-s16", "-k1M", "-d", self.folder.name, "-o", name, file],
            check=True, timeout=120,
        )
        got = (Path(self.folder.name) / name).read_bytes()
        self.assertEqual(hashlib.sha256(got).hexdigest(), hashlib.sha256(self.content).hexdigest())

    @staticmethod
    def curl(*arguments):
        done = subprocess.run(
            ["curl", "--silent", "--show-error", *map(str, arguments)], check=True, capture_output=True, text=True, timeout=120
        )
        return done.stdout


if __name__ == "__main__":
    unittest.main()
