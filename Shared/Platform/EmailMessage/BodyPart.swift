internal import Crypto
internal import Kernel

/// One MIME part of a message's body: UTF-8 text in an encoding that every mail server accepts.
struct BodyPart {
    /// The encoded bytes: ASCII lines of at most 76 characters, separated by CRLF, without one at the end.
    let content: [UInt8]
    private let mediaType: String
    private let encoding: String

    /// Creates a part in quoted-printable, or in base64 where that is shorter, as for most non-Latin scripts.
    ///
    /// A line with a single dot is left unchanged: dot-stuffing is the SMTP client's task (RFC 5321 section 4.5.2).
    init(mediaType: String, text: String) {
        let text = SafeText.lines(text)
        let quoted = QuotedPrintable.encode(text)
        let encoded = BodyPart.base64(text, unlessLongerThan: quoted.count)
        content = encoded ?? quoted
        encoding = encoded == nil ? "quoted-printable" : "base64"
        self.mediaType = mediaType
    }

    /// The part's header fields.
    var header: String {
        """
        Content-Type: \(mediaType); charset=utf-8\r
        Content-Transfer-Encoding: \(encoding)\r

        """
    }

    private static func base64(_ text: String, unlessLongerThan limit: Int) -> [UInt8]? {
        // A lower bound: each LF becomes CRLF below, which only adds to the length.
        guard Base64.encodedLength(text.utf8.count) * 78 / 76 < limit else { return nil }
        let bytes = text.utf8.flatMap { $0 == UInt8(ascii: "\n") ? [13, 10] : [$0] }
        guard Base64.encodedLength(bytes.count) * 78 / 76 < limit else { return nil }
        var lines: [String] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            lines.append(Base64.encode(Array(rest.prefix(57))))
            rest = rest.dropFirst(57)
        }
        return Array(lines.joined(separator: "\r\n").utf8)
    }
}
