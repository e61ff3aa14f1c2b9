"""Every rule of the security gate, once with a planted fault and once without."""

import csv
import tempfile
import unittest
from pathlib import Path

import security
import security_documents
import security_sources

ROOT = Path(__file__).resolve().parents[2]

THREATS = """# Threats

## Checkout

| Who | May try | What stops it | Shown by |
| --- | --- | --- | --- |
| a buyer | pay less | the price is ours | `Tests/A/ATests.swift :: a price is "ours"`<br>rest accepted as R1 |
| a stranger | break in | a lock | demanded as D1 |

## Risks that are accepted

| Mark | Risk | Why |
| --- | --- | --- |
| R1 | rain | it is wet |
"""

POLICY = """# Policy

## Algorithms

| Use | Algorithm | Called as | If |
| --- | --- | --- | --- |
| tags | HMAC | `HMAC`, `EVP_sha256` | – |

## Libraries and updates

| Package | For |
| --- | --- |
| `libuv1-dev` | the loop |

## What a deployment must see to

| Mark | Demand |
| --- | --- |
| D1 | a lock |
"""

FUNCTIONS = """{"functions": [
  {"name": "checkout", "threats": ["Checkout"]},
  {"name": "email-retry", "threats": ["Checkout"]}
]}"""


class Repository:
    """A small repository in a temporary folder, of which everything that infra/security says is true."""

    def __init__(self, root):
        self.root = root
        self.absent = [id for _, ids in security_sources.ABSENT.values() for id in ids]
        self.standard = {"V1.1.1": "1", "V2.1.1": "2", "V3.9.9": "3", "V9.9.9": "3", **dict.fromkeys(self.absent, "2")}
        self.rows = {id: self.row(id, "not applicable", note="There is nothing of the kind.") for id in self.absent}
        self.rows["V1.1.1"] = self.row("V1.1.1", "met", "Shared/A.swift", 'Tests/A/ATests.swift :: a price is "ours"')
        self.rows["V2.1.1"] = self.row("V2.1.1", "met", f"{security_documents.POLICY}#Algorithms", "Tests/b.py :: test_b")
        self.rows["V9.9.9"] = self.row("V9.9.9", "open", note="waits for the tokens")
        self.write("Tests/A/ATests.swift", '@Test("a price is \\"ours\\"", arguments: [1])\nfunc price() {}\n')
        self.write("Tests/b.py", "class B:\n    def test_b(self):\n        pass\n")
        self.write("Shared/A.swift", "let a = 1\n")
        self.write("Shared/Platform/Crypto/Tag.swift", "/// Not EVP_md5.\nlet tag = HMAC(EVP_sha256(), key)\n")
        self.write("Package.swift", 'system("CUV", pkgConfig: "libuv", apt: "libuv1-dev"),\n')
        self.write("infra/functions.json", FUNCTIONS)
        self.write(security_documents.THREATS, THREATS)
        self.write(security_documents.POLICY, POLICY)

    def row(self, id, status, where="", test="", note=""):
        return [id, self.standard[id], f"Verify {id}.", status, where, test, note]

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def change(self, path, old, new):
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text, old
        self.write(path, text.replace(old, new))

    def faults(self, extra=()):
        source = [["chapter_id", "req_id", "req_description", "L"]]
        source += [[id.split(".")[0], id, f"Verify {id}.", level] for id, level in self.standard.items()]
        self._write_table(security.STANDARD, source)
        self._write_table(security.TABLE, [security.COLUMNS, *self.rows.values(), *extra])
        return security.check(self.root)

    def _write_table(self, path, lines):
        self.write(path, "")
        with open(self.root / path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)


class SecurityTests(unittest.TestCase):
    def setUp(self):
        # The example has an open row, so that a rule about those has something to find.
        self.addCleanup(setattr, security, "MOST_OPEN", security.MOST_OPEN)
        security.MOST_OPEN = 1
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.repository = Repository(Path(folder.name))

    def assert_one_fault(self, *words, extra=()):
        faults = self.repository.faults(extra)
        self.assertEqual(len(faults), 1, faults)
        for word in words:
            self.assertIn(word, faults[0])

    def test_what_is_said_here_is_true(self):
        self.assertEqual(security.check(ROOT), [])

    def test_what_is_true_has_no_fault(self):
        self.assertEqual(self.repository.faults(), [])

    def test_a_requirement_that_is_missing_or_stands_twice_or_is_none_is_a_fault(self):
        row = self.repository.rows["V1.1.1"]
        self.assert_one_fault("V1.1.1", "2 times", extra=[row])
        self.assert_one_fault("V3.9.9", "no requirement", extra=[self.repository.row("V3.9.9", "met", row[4], row[5])])
        del self.repository.rows["V9.9.9"]
        self.assert_one_fault("V9.9.9", "missing")

    def test_a_level_or_text_that_is_not_the_standards_is_a_fault(self):
        for column in [1, 2]:
            with self.subTest(column):
                row = list(self.repository.rows["V1.1.1"])
                self.repository.rows["V1.1.1"][column] = "3"
                self.assert_one_fault("V1.1.1", "not the standard's")
                self.repository.rows["V1.1.1"] = row

    def test_a_status_that_is_none_is_a_fault(self):
        self.repository.rows["V1.1.1"][3] = "done"
        self.assert_one_fault("V1.1.1", "«done»")

    def test_met_by_nothing_or_shown_by_nothing_is_a_fault(self):
        for column in [4, 5]:
            with self.subTest(column):
                row = list(self.repository.rows["V1.1.1"])
                self.repository.rows["V1.1.1"][column] = ""
                self.assert_one_fault("V1.1.1", "which file", "which test")
                self.repository.rows["V1.1.1"] = row

    def test_not_applicable_without_a_reason_is_a_fault(self):
        self.repository.rows[self.repository.absent[0]][6] = "n/a"
        self.assert_one_fault(self.repository.absent[0], "why")

    def test_open_without_something_to_wait_for_is_a_fault_and_so_is_waiting_without_being_open(self):
        self.repository.rows["V9.9.9"][6] = "later"
        self.assert_one_fault("V9.9.9", "waits for")
        self.repository.rows["V9.9.9"][6] = "waits for the tokens"
        self.repository.rows["V1.1.1"][6] = "waits for the tokens"
        self.assert_one_fault("V1.1.1", "waits for")

    def test_more_open_than_may_be_is_a_fault(self):
        most = security.MOST_OPEN
        self.addCleanup(setattr, security, "MOST_OPEN", most)
        security.MOST_OPEN = 0
        self.assert_one_fault("1 are open (V9.9.9)")

    def test_a_file_or_heading_that_is_not_there_is_a_fault(self):
        self.repository.rows["V1.1.1"][4] = "Shared/A.swift | Shared/B.swift"
        self.assert_one_fault("V1.1.1", "no Shared/B.swift")
        self.repository.rows["V1.1.1"][4] = f"{security_documents.POLICY}#Keys"
        self.assert_one_fault("V1.1.1", "no heading «Keys»")

    def test_a_test_that_is_not_there_is_a_fault(self):
        for test in ["Tests/A/ATests.swift :: a price is theirs", "Tests/b.py :: test_c", "Tests/A/B.swift :: b", "Shared/A.swift :: a"]:
            with self.subTest(test):
                self.repository.rows["V1.1.1"][5] = f"Tests/b.py :: test_b | {test}"
                self.assert_one_fault("V1.1.1", test.partition(" :: ")[0])

    def test_a_threat_without_an_answer_or_with_a_test_that_is_not_there_is_a_fault(self):
        self.repository.change(security_documents.THREATS, "demanded as D1", "D1, of course")
        self.assert_one_fault("Checkout", "a stranger", "which test")
        self.repository.change(security_documents.THREATS, "D1, of course", "waits for D1 `Tests/b.py :: test_c`")
        self.assert_one_fault("Checkout", "a stranger", "test_c")

    def test_a_function_without_threats_is_a_fault(self):
        for named, says in [('["Order page"]', "«Order page» for email-retry"), ("[]", "email-retry")]:
            self.repository.write("infra/functions.json", FUNCTIONS.replace('"email-retry", "threats": ["Checkout"]', f'"email-retry", "threats": {named}'))
            self.assert_one_fault(says)

    def test_a_risk_or_demand_that_is_not_listed_or_not_named_or_stands_twice_is_a_fault(self):
        self.repository.rows["V1.1.1"][6] = "R2"
        self.assert_one_fault("V1.1.1", "R2")
        self.repository.rows["V1.1.1"][6] = ""
        self.repository.change(security_documents.POLICY, "| D1 | a lock |", "| D1 | a lock |\n| D2 | a key |")
        self.assert_one_fault("D2", "named by no")
        self.repository.change(security_documents.POLICY, "| D2 | a key |", "| D1 | a key |")
        self.assert_one_fault("D1 stands 2 times")

    def test_a_library_that_is_linked_and_not_listed_is_a_fault_and_the_other_way_round(self):
        self.repository.write("Package.swift", 'system("CUV", pkgConfig: "libuv", apt: "libuv1-dev")\nsystem("CZ", pkgConfig: "zlib", apt: "zlib1g-dev")\n')
        self.assert_one_fault("zlib1g-dev is missing")
        self.repository.write("Package.swift", "\n")
        self.assert_one_fault("libuv1-dev is linked by nothing")

    def test_what_looks_like_a_secret_is_a_fault_unless_it_is_published(self):
        secrets = ["sk_" + "live_" + "a1" * 10, "-----BEGIN " + "RSA PRIVATE KEY-----", "whsec_" + "b" * 32]
        for secret in secrets:
            with self.subTest(secret[:8]):
                self.repository.write("Tests/Vectors/known.txt", secret)
                self.repository.write("infra/notes.txt", f"first\n{secret}\n")
                self.assert_one_fault("infra/notes.txt:2", "secret")

    def test_what_the_product_does_without_is_a_fault_when_it_comes(self):
        samples = {
            "cookies": 'fields.set("Set-Cookie", "a=b")', "scripts in pages": "<script src=a>", "storage in browsers": "localStorage.a",
            "messages between windows": "window.postMessage(a)", "cross-origin sharing": '"Access-Control-Allow-Origin"',
            "WebSockets": '"Sec-WebSocket-Key"', "GraphQL": "GraphQL(schema)", "other programs": "posix_spawnp(a)", "LDAP": "ldap_init()",
            "XML": "XMLParser(data)", "regular expressions": "Regex(a)", "code from data": "dlopen(a)", "format strings": 'String(format: "%d")',
            "caches of others": "memcached.get(a)", "encryption of our own": "EVP_aes_256_gcm()", "passwords of people": "bcrypt(a)",
        }
        self.assertEqual(samples.keys(), security_sources.ABSENT.keys())
        for thing, sample in samples.items():
            with self.subTest(thing):
                self.repository.write("Functions/Storefront/new.html", sample)
                self.assert_one_fault("Functions/Storefront/new.html", thing, *security_sources.ABSENT[thing][1])

    def test_what_does_not_apply_for_the_want_of_something_must_say_so(self):
        id = self.repository.absent[0]
        self.repository.rows[id] = self.repository.row(id, "met", "Shared/A.swift", "Tests/b.py :: test_b")
        self.assert_one_fault(id, "does not apply")

    def test_cryptography_outside_its_places_or_not_in_the_policy_is_a_fault(self):
        self.repository.write("Shared/A.swift", "let a = HMAC(key)\n")
        self.assert_one_fault("Shared/A.swift", "HMAC", "belongs into")
        self.repository.write("Shared/A.swift", "let a = 1\n")
        self.repository.write("Shared/Platform/Crypto/Other.swift", 'let a = EVP_MAC_fetch(nil, "POLY1305", nil)\n')
        self.assert_one_fault("POLY1305", "missing")
        self.repository.write("Shared/Platform/Crypto/Other.swift", "let a = 1\n")
        self.repository.write("infra/migrations/0001_a.sql", "-- not md5(a)\nSELECT sha512(a);\n")
        self.assert_one_fault("sha512", "missing")
        self.repository.write("infra/migrations/0001_a.sql", "SELECT 1;\n")
        self.repository.change(security_documents.POLICY, "`EVP_sha256`", "`EVP_sha256`, `RAND_bytes`")
        self.assert_one_fault("RAND_bytes", "used nowhere")


if __name__ == "__main__":
    unittest.main()
