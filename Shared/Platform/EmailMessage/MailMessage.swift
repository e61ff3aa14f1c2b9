package import Kernel

/// A mail; `bytes` is its serialized form.
///
/// No text in it can add a header field or end the body early. Equal values serialize to equal bytes, so a retry sends
/// the same mail. Its description contains only the ID.
package struct MailMessage: Equatable, Sendable {
    /// The ID of the outbox row, from which the Message-ID and the boundary are derived.
    package var id: EmailID
    /// The sender.
    package var from: Mailbox
    /// The recipient.
    package var to: Mailbox
    /// The `Reply-To` address; `nil` for the sender's.
    package var replyTo: Mailbox?
    /// The subject, in any script.
    package var subject: String
    /// The plain-text body.
    package var text: String
    /// The HTML body.
    package var html: String
    /// The `Date` header.
    package var date: Instant
    /// Additional header fields.
    package var headers: [MailHeader]

    /// Creates a message.
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

    /// `<ID@sender's domain>`, the same for every attempt to send the mail.
    package var messageID: String { "<\(id)@\(from.address.domain)>" }

    /// The message as in RFC 5322 and MIME: header, text part, HTML part; ASCII with CRLF, no line over 998 bytes.
    ///
    /// An address whose local part is beyond ASCII is UTF-8 (RFC 6532), since no encoding exists for it.
    ///
    /// Leading dots are not doubled: dot-stuffing is the SMTP client's task.
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

    /// A boundary that cannot occur in a part: in quoted-printable `=` is followed by a digit or a line end, and base64
    /// has no `_` (RFC 2045 section 6.7 recommends this form).
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
