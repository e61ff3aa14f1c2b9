import EmailMessage
import Kernel
import Testing

@Suite("Addresses beyond ASCII in a header")
struct InternationalAddressTests {
    @Test("RFC 6532: a local part beyond ASCII is UTF-8, and nothing else of the mail is")
    func local() throws {
        var message = Sample.message(from: "Bücher", to: nil, subject: "Grüße")
        message.to = Mailbox(address: try #require(EmailAddress(stored: "jürgen@xn--bcher-kva.example")))
        let text = String(decoding: message.bytes, as: UTF8.self)
        #expect(text.contains("\r\nTo: jürgen@xn--bcher-kva.example\r\n"))
        #expect(text.split(separator: "\r\n").filter { $0.utf8.contains { $0 >= 0x80 } }.count == 1)
    }

    @Test("a domain beyond ASCII is in A-labels, so that every server takes it")
    func domain() throws {
        var message = Sample.message()
        message.to = Mailbox(name: "Änne", address: try #require(EmailAddress(stored: "anna@xn--bcher-kva.example")))
        #expect(message.bytes.allSatisfy { $0 < 0x80 })
        #expect(String(decoding: message.bytes, as: UTF8.self).contains("<anna@xn--bcher-kva.example>"))
    }
}
