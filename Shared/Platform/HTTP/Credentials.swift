/// The credentials of a request: the one place that parses an `Authorization` field.
///
/// Source: RFC 9110, sections 11.1 (a scheme is compared without case) and 11.4.
package struct Credentials: Sendable {
    /// The scheme, as received.
    private let scheme: Substring
    /// What follows the scheme and its blanks.
    private let content: Substring

    /// Reads the field of `fields`; `nil` if there is none, more than one, or one without content.
    package init?(_ fields: Fields) {
        let values = fields.values("authorization")
        guard values.count == 1, let value = values.first, let blank = value.firstIndex(of: " ") else { return nil }
        scheme = value[..<blank]
        content = value[blank...].drop { $0 == " " }
        guard !scheme.isEmpty, !content.isEmpty else { return nil }
    }

    /// Returns what follows `scheme`; `nil` for another scheme.
    package func content(of scheme: String) -> Substring? {
        equalIgnoringCase(String(self.scheme), scheme) ? content : nil
    }

    /// The token of the scheme `Bearer` (RFC 6750); `nil` for another scheme.
    package var bearer: Substring? { content(of: "Bearer") }
}
