import Audit
import Kernel
import Testing

@Suite("What the audit log keeps of who and why")
struct AuditReasonTests {
    private func reason(_ text: String) throws(AuditReasonFault) -> AuditReason {
        try AuditReason(text, refusing: .addresses)
    }

    @Test(
        "a reason that must not be kept is refused",
        arguments: [
            ("", AuditReasonFault.empty), (" \t\n", .empty), (String(repeating: "x", count: 501), .tooLong),
            (String(repeating: "ä", count: 251), .tooLong), ("two\nlines", .notPrintable),
            ("\u{1B}[2J", .notPrintable), ("\u{202E}x", .notPrintable), ("told by ada@example.com", .identifying),
            ("mail to (ada@example.com), please", .identifying), ("asked by mailto:ada@example.com.", .identifying),
        ])
    func refused(text: String, fault: AuditReasonFault) {
        #expect(throws: fault) { try reason(text) }
    }

    @Test("a reason in any language is kept as it is, without blanks around it")
    func kept() throws {
        #expect(try reason(" Käufer rief an: «zurück», 100 % 🎛️\n").text == "Käufer rief an: «zurück», 100 % 🎛️")
        #expect(try reason(String(repeating: "x", count: 500)).text.utf8.count == AuditReason.byteLimit)
        #expect(try reason("GENX-855E-K7EH-AJ9D, not a key").text == "GENX-855E-K7EH-AJ9D, not a key")
    }

    @Test(
        "a name that breaks a line or is too long is refused",
        arguments: [
            ("", OperatorNameFault.empty), (" ", .empty), (String(repeating: "x", count: 65), .tooLong),
            ("a\nb", .notPrintable), ("\u{202E}eve", .notPrintable),
        ])
    func names(text: String, fault: OperatorNameFault) {
        #expect(throws: fault) { try OperatorName(text) }
    }

    @Test(
        "a name is kept without blanks around it",
        arguments: [
            (" Eve Müller\n", "Eve Müller"), (String(repeating: "x", count: 64), String(repeating: "x", count: 64)),
        ])
    func name(text: String, kept: String) throws {
        #expect(try OperatorName(text).description == kept)
    }
}
