"""What reads the runbooks: their form, what they say is printed, and the cloud's words."""

import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/Infra"))

import cloud_words
import runbook_text

LOCAL = "```sh local\ntrue\n```\n"
TREE = {
    "flags": {"--project": "value", "--quiet": "bool"},
    "commands": {
        "secrets": {
            "flags": {},
            "commands": {
                "versions": {
                    "flags": {},
                    "commands": {"add": {"flags": {"--data-file": "value", "--deletion-protection": "bool"}, "commands": {}}},
                }
            },
        }
    },
}


class RunbookFormTests(unittest.TestCase):
    def test_every_runbook_has_the_form(self):
        pages = [file for file in (ROOT / "infra/runbooks").glob("*.md") if file.stem != "README"]
        self.assertGreater(len(pages), 8)
        for file in pages:
            with self.subTest(file.name):
                runbook_text.parse(file.name, file.read_text(encoding="utf-8"))

    def test_blocks_are_read_with_their_indent_and_their_answer(self):
        text = "1. Do it.\n\n   ```sh local cloud\n   a\n     b\n   ```\n\n   ```text\n   said\n   ```\n\n```sh cloud\nc\n```\n"
        page = runbook_text.parse("x.md", text)
        self.assertEqual([(block.kind, block.text, block.expected) for block in page.blocks], [("local", "a\n  b", "said"), ("cloud", "c", None)])

    def test_what_is_malformed_is_told_with_its_line(self):
        for text, says in [
            ("```sh\ntrue\n```\n", "x.md:1: ```sh says not where it runs"),
            (f"{LOCAL}```text\na\n```\n```text\nb\n```\n", "x.md:7: this answer stands behind no local block"),
            ("```sh cloud\ntrue\n```\n", "no command of it is executed"),
            (f"{LOCAL}```sh local\ntrue\n", "x.md:4: this block has no end"),
            ("1. A\n\n   ```sh local\ntrue\n   ```\n", "stands too far to the left"),
        ]:
            with self.subTest(says), self.assertRaises(runbook_text.Malformed) as told:
                runbook_text.parse("x.md", text)
            self.assertIn(says, str(told.exception))


class RotationTests(unittest.TestCase):
    """Where we hold two keys ourselves, whoever reads knows the new one before anybody writes with it."""

    def setUp(self):
        file = ROOT / "infra/runbooks/rotate-secrets.md"
        self.page = runbook_text.parse(file.name, file.read_text(encoding="utf-8"))

    def lines(self, kind, word):
        return [line for block in self.page.of(kind) for line in block.text.splitlines() if word in line]

    def test_in_the_cloud_every_function_is_renewed_between_the_two_steps(self):
        for setting in ["LICENSE_SECRETS", "TOKEN_SECRETS"]:
            secret = setting.lower().replace("_", "-")
            (block,) = [block for block in self.page.of("cloud") if f"introduce {secret}" in block.text]
            renew = f"renew $(infra/deploy/table with {setting})"
            program = "infra/terraform/secrets production"
            self.assertEqual(
                block.text.splitlines(), [f"{program} introduce {secret}", renew, f"{program} promote {secret}", renew]
            )
            for line in self.lines("cloud", secret):
                self.assertNotIn("versions add", line, "by hand a new key may come to stand in front at once")

    def test_on_this_machine_the_new_key_stands_behind_first(self):
        for setting in ["LICENSE_SECRETS", "TOKEN_SECRETS"]:
            first, second, *_ = self.lines("local", f"secret {setting} ")
            self.assertEqual(first, f'secret {setting} "$(secret {setting}),2:$(openssl rand -base64 32)"')
            # A license's key has its start with it.
            start = ' | sed "s/:/@$start:/"' if setting == "LICENSE_SECRETS" else ""
            moved = f"$(secret {setting} | cut -d, -f2{start})"
            self.assertEqual(second, f'secret {setting} "{moved},$(secret {setting} | cut -d, -f1)"')
            (block,) = [block.text for block in self.page.of("local") if first in block.text]
            self.assertRegex(block, r"(?s)\),2:.*\nreload\n.*-f1\)\"\nreload\n")


class AnswerTests(unittest.TestCase):
    def test_an_answer_fits_with_its_gaps(self):
        for expected, said in [
            ("a", "a\n"), ("a … c", "a b c"), ("…", ""), ("…", "a\nb"), ("…\nb", "b"), ("…\nb", "a\na\nb"),
            ("a\n…\nc", "a\nc"), ("a\n…\nc\n…", "a\nb\nc\nd"), ("1 (x)", "1 (x)"),
        ]:
            with self.subTest(expected=expected, said=said):
                self.assertTrue(runbook_text.fits(expected, said))

    def test_another_answer_does_not(self):
        for expected, said in [
            ("a", "b"), ("a", "a\nb"), ("a", ""), ("page 404", "page 200"), ("…\nb", "b\na"), ("a … c", "a b"), ("a.c", "abc"),
            ("0 failed", "10 failed"),
        ]:
            with self.subTest(expected=expected, said=said):
                self.assertFalse(runbook_text.fits(expected, said))


class CloudWordsTests(unittest.TestCase):
    def faults(self, text):
        return [fault for words in cloud_words.commands(text, "gcloud") for fault in cloud_words.faults(words, TREE)]

    def test_what_exists_passes(self):
        self.assertEqual(self.faults("printf x | gcloud secrets versions add a --data-file=- --project p --no-deletion-protection"), [])

    def test_an_unknown_group_command_or_flag_is_told(self):
        self.assertIn("has no command `secret`", self.faults("gcloud secret versions add a")[0])
        self.assertIn("has no command `push`", self.faults("gcloud secrets versions push a")[0])
        self.assertIn("has no flag --file", self.faults("gcloud secrets versions add a --file=-")[0])

    def test_calls_are_found_wherever_they_stand(self):
        for text in [
            "gcloud secrets push", "old=$(gcloud secrets push)", 'printf "%s" "$(gcloud secrets push | head -n 1)"',
            "A=1 gcloud secrets push", "true && gcloud secrets push", "for a in b c; do\n  gcloud secrets push\ndone",
            "for a in b; do gcloud secrets push; done",
            "x \"$(gcloud secrets push --format='value(name)')\" &", "a=$(b $(gcloud secrets push (x)))", "gcloud secrets \\\n  push", "x | gcloud secrets push | y",
        ]:
            with self.subTest(text):
                self.assertEqual(len(self.faults(text)), 1)

    def test_a_comment_and_a_quoted_word_are_no_call(self):
        self.assertEqual(cloud_words.commands("# gcloud secrets push\necho 'gcloud secrets push'", "gcloud"), [])


if __name__ == "__main__":
    unittest.main()
