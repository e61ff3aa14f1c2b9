import Kernel
import Outbound
import Testing

/// Returns a mail from the shop to a person.
func makeEnvelope(_ text: String) throws -> SMTPEnvelope {
    let sender = try #require(EmailAddress("shop@example.com"))
    let recipient = try #require(EmailAddress("person@example.org"))
    return try #require(SMTPEnvelope(sender: sender, recipient: recipient, message: Array(text.utf8)))
}
