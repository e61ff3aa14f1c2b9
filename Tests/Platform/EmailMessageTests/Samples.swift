import EmailMessage
import Kernel

/// Mails that tests start from.
enum Sample {
    static let emailID = EmailID(UUIDv7(at: moment, entropy: (1, 2)))
    static let moment = Instant(unixSeconds: 1_795_200_000)

    static func address(_ text: String) -> EmailAddress {
        guard let address = EmailAddress(text) else { preconditionFailure("a sample is not what it should be") }
        return address
    }

    static func message(
        from: String? = "GenX Audio", to: String? = "Ada Lovelace", subject: String = "Your license",
        text: String = "Hello\n", html: String = "<p>Hello</p>\n", headers: [MailHeader] = []
    ) -> MailMessage {
        MailMessage(
            id: emailID, from: Mailbox(name: from, address: address("shop@genx.example")),
            to: Mailbox(name: to, address: address("ada@example.com")), subject: subject, text: text, html: html,
            date: moment, headers: headers)
    }
}
