package import Kernel

/// A mail as a value: what it says and to whom; `bytes` is what goes to the mail server.
///
/// Nothing in it can add a header line or end the body early, whatever the texts hold. The same value always makes
/// the same bytes, so a mail that is sent again is the same mail. Printing one shows its ID alone.
package struct MailMessage: Equatable, Sendable {
    /// The mail's row; the Message-ID and the boundary come from it.
    package var id: EmailID
    /// Who sends it.
    package var from: Mailbox
    /// Who gets it.
    package var to: Mailbox
    /// Where answers go when not to the sender.
    package var replyTo: Mailbox?
    /// The subject in any script.
    package var subject: String
    /// The body for readers of plain text.
    package var text: String
    /// The body for everyone else.
    package var html: String
    /// When it was written.
    package var date: Instant
    /// Further header lines.
    package var headers: [MailHeader]

    /// A message.
    package init(
        id: EmailID, from: Mailbox, to: Mailbox, replyTo: Mailbox? = nil, subject: String, text: String, html: String,
        date: Instant, headers: [MailHeader] = []
    ) {
        self.id = id
        self.from = from
        self.to = to
        self.replyTo = replyTo
        self.subject = subject
        self.text = text
        self.html = html
        self.date = date
        self.headers = headers
    }

    /// `<ID@sender's domain>`, the same however often the mail is sent.
    package var messageID: String { "<\(id)@\(from.address.domain)>" }

    /// The message after RFC 5322 and MIME: header, text part, HTML part; ASCII, CRLF, no line beyond 998 bytes.
    ///
    /// Dots at the start of lines are not doubled: that is the SMTP client's work.
    package var bytes: [UInt8] {
        let boundary = boundary
        var bytes = Array(header(boundary).utf8)
        for part in [BodyPart(mediaType: "text/plain", text: text), BodyPart(mediaType: "text/html", text: html)] {
            bytes += "\r\n--\(boundary)\r\n\(part.header)\r\n".utf8
            bytes += part.content
        }
        bytes += "\r\n--\(boundary)--\r\n".utf8
        return bytes
    }

    /// A line that no part can hold: quoted-printable has no `=` but before a digit or a line end, base64 no `_`
    /// (RFC 2045 section 6.7 recommends just this).
    private var boundary: String { "=_\(id)" }

    private func header(_ boundary: String) -> String {
        var text = HeaderLine.mailbox("From", from) + HeaderLine.mailbox("To", to)
        if let replyTo { text += HeaderLine.mailbox("Reply-To", replyTo) }
        text += HeaderLine.unstructured("Subject", subject)
        text += HeaderLine.folded("Date", [CivilTime(date).rfc5322])
        text += HeaderLine.folded("Message-ID", [messageID])
        for header in headers { text += HeaderLine.unstructured(header.name, header.value) }
        text += HeaderLine.folded("MIME-Version", ["1.0"])
        return text
            + HeaderLine.folded("Content-Type", ["multipart/alternative;", "boundary=\"\(boundary)\""])
    }
}

extension MailMessage: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<mail \(id)>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
