/// An enhanced mail system status code, such as 5.7.1 (RFC 3463).
package struct EnhancedStatus: Hashable, Sendable, CustomStringConvertible {
    /// Whom or what a permanent status speaks of.
    enum Subject: Sendable {
        /// The recipient's mailbox.
        case mailbox
        /// Our sender or account, or the mail system that refuses it.
        case sender
        /// Neither for certain.
        case other
    }

    /// The class: 2 for success, 4 for a transient failure, 5 for a permanent one.
    let category: Int
    /// The second number.
    let area: Int
    /// The third number.
    let detail: Int

    /// The longest code: `5.999.999`.
    static let maxBytes = 9

    /// Creates a code from its numbers.
    package init(_ category: Int, _ area: Int, _ detail: Int) {
        (self.category, self.area, self.detail) = (category, area, detail)
    }

    /// Parses the code at the start of the text of a reply's line; `nil` if there is none.
    init?(_ text: ArraySlice<UInt8>) {
        let word = text.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\r") }
        let parts = word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { digits in
            (1...3).contains(digits.count) && digits.allSatisfy { (48...57).contains($0) }
                ? digits.reduce(0) { $0 * 10 + Int($1 - 48) } : nil
        }
        guard parts.count == 3, let category = parts[0], let area = parts[1], let detail = parts[2],
            [2, 4, 5].contains(category)
        else { return nil }
        self.init(category, area, detail)
    }

    var isPermanent: Bool { category == 5 }

    /// The subject of a permanent status (RFC 3463 section 3).
    ///
    /// Of the address statuses 5.1.7 and 5.1.8 are the sender's. Providers say 5.4.5, "mail system congestion", of an
    /// account whose daily limit is reached; Exchange says 5.1.90 of that, and 5.2.252 of a sender that is not ours.
    var subject: Subject {
        switch (area, detail) {
        case (1, 7), (1, 8), (1, 90), (2, 252), (3, _), (4, 5), (7, _): .sender
        case (1, 0), (2, 0): .other
        case (1, _), (2, _): .mailbox
        default: .other
        }
    }

    package var description: String { "\(category).\(area).\(detail)" }
}
