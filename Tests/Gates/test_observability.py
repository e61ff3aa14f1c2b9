"""Every rule of the observability gate, once with a planted fault and once without."""

import json
import tempfile
import unittest
from pathlib import Path

import observability

PAGE = """# What the log says

| Message | Written by | Severity | Fields | Alert |
| --- | --- | --- | --- | --- |
| `mail sent` | all | info | `email` | – |
| `mail given up` | email-retry | error, warning | `email`, `reason` | dead_mails |
| `{method} {route}` | all | info | – | – |
"""

SHARED = """let a = 1 // log(.info, "commented out")
func f() {
    log(isOurs ? .error : .warning, "mail given up", [("email", .string(id)), ("reason", text(["a)": 1], ")"))])
    log(LogLine(.info, "\\(method(")")) \\(route)", fields))
    parts.log(
        .info, "mail sent",
        [("email", .string("it is \\(f(a, "b")), all of it"))])
}
"""

EVENTS = [
    {"name": "dead_mails", "messages": ["mail given up"]},
    {"name": "processes_stopped", "messages": []},
]


class ObservabilityTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        functions = [{"name": "email-retry", "target": "EmailRetry"}, {"name": "checkout", "target": "Checkout"}]
        self.write("infra/functions.json", json.dumps({"functions": functions}))
        self.write(observability.PAGE, PAGE)
        self.write("Shared/Shop/Outbox/EmailSender.swift", SHARED)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def change(self, path, old, new):
        text = (self.root / path).read_text(encoding="utf-8")
        self.assertIn(old, text)
        self.write(path, text.replace(old, new))

    def assert_one_fault(self, *words):
        faults = observability.check(self.root)
        self.assertEqual(len(faults), 1, faults)
        for word in words:
            self.assertIn(word, faults[0])

    def test_a_page_that_tells_the_truth_has_no_fault(self):
        self.assertEqual(observability.check(self.root), [])
        self.write(observability.EVENTS, json.dumps(EVENTS))
        self.assertEqual(observability.check(self.root), [])

    def test_a_message_that_the_page_lacks_is_named_with_its_line(self):
        self.change("Shared/Shop/Outbox/EmailSender.swift", "let a = 1", 'let a = 1; log(.info, "new \\(a) here")')
        self.assert_one_fault("Shared/Shop/Outbox/EmailSender.swift:1", "«new {} here»", "missing")

    def test_a_message_that_nothing_logs_is_a_fault(self):
        self.change(observability.PAGE, "| `mail sent`", "| `mail lost` | all | info | – | – |\n| `mail sent`")
        self.assert_one_fault("mail lost", "nothing logs")

    def test_a_message_in_a_comment_or_a_text_is_logged_by_nobody(self):
        self.change(observability.PAGE, "| `mail sent`", "| `commented out` | all | info | – | – |\n| `mail sent`")
        self.assert_one_fault("commented out", "nothing logs")

    def test_both_messages_of_a_choice_are_seen(self):
        self.change("Shared/Shop/Outbox/EmailSender.swift", '"mail sent"', 'isDone ? "mail sent" : "mail kept"')
        self.assert_one_fault("mail kept")

    def test_a_message_that_is_not_written_out_is_a_fault(self):
        self.change("Shared/Shop/Outbox/EmailSender.swift", "let a = 1", "let a = 1; log(.info, message)")
        self.assert_one_fault("EmailSender.swift:1", "write the message out")

    def test_the_log_itself_passes_messages_on(self):
        self.write("Shared/Platform/Log/Log.swift", "func f() { sink(LogLine(severity, message, fields)) }\n")
        self.assertEqual(observability.check(self.root), [])

    def test_a_severity_that_the_page_does_not_name_is_a_fault(self):
        self.change(observability.PAGE, "error, warning", "error")
        self.assert_one_fault("mail given up", "warning")

    def test_a_field_that_the_page_does_not_name_is_a_fault(self):
        self.change(observability.PAGE, "`email`, `reason`", "`email`")
        self.assert_one_fault("mail given up", "reason")

    def test_a_function_that_the_page_does_not_name_is_a_fault(self):
        self.write("Functions/Checkout/Checkout.swift", 'func f() { log(.error, "mail given up") }\n')
        self.assert_one_fault("mail given up", "written by checkout")

    def test_a_function_that_does_not_exist_is_a_fault(self):
        self.change(observability.PAGE, "| email-retry |", "| email-retri, email-retry |")
        self.assert_one_fault("email-retri")

    def test_a_message_that_stands_there_twice_is_a_fault(self):
        self.change(observability.PAGE, "| `mail sent`", "| `mail sent` | all | info | `email` | – |\n| `mail sent`")
        self.assert_one_fault("mail sent", "twice")

    def test_an_alert_that_counts_what_nothing_logs_is_a_fault(self):
        self.write(observability.EVENTS, json.dumps([*EVENTS, {"name": "lost", "messages": ["mail is lost"]}]))
        self.assert_one_fault("lost", "mail is lost")

    def test_an_alert_that_the_page_gives_to_another_message_is_a_fault(self):
        self.write(observability.EVENTS, json.dumps(EVENTS))
        self.change(observability.PAGE, "`email` | – |", "`email` | dead_mails |")
        self.assert_one_fault("mail sent", "counted by []")


if __name__ == "__main__":
    unittest.main()
