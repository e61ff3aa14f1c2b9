import EmailMessage
import Testing

@Suite("Mailbox")
struct MailboxTests {
    @Test("is read with and without a name")
    func reads() {
        #expect(Mailbox(text: "GenX Audio <orders@genx.example>")?.name == "GenX Audio")
        #expect(Mailbox(text: "orders@genx.example")?.name == nil)
        #expect(Mailbox(text: "GenX <orders>") == nil)
        #expect(Mailbox(text: "a@b.co <") == nil)
    }
}
