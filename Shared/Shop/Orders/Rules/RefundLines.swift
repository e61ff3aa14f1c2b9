/// The lines that a refund names, with the amount of each.
///
/// Our refunds carry them in their metadata at Stripe: `1=4900,3=1000` is 49.00 of the first line and 10.00 of the third.
package struct RefundLines: Equatable, Sendable {
    /// One line's share.
    package struct Share: Equatable, Sendable {
        /// The line's position.
        package let line: Int
        /// The amount, in the minor unit.
        package let amount: Int64

        /// Creates a share.
        package init(line: Int, amount: Int64) {
            self.line = line
            self.amount = amount
        }
    }

    /// The metadata key at Stripe.
    package static let metadataKey = "latchkey_lines"

    /// The shares, in the order of the lines, each line once.
    package let shares: [Share]

    /// The sum of the shares.
    package var total: Int64 { shares.reduce(0) { $0 + $1.amount } }

    /// Creates the lines of a refund; `nil` if there are none, a line is named twice, or an amount is not positive or too
    /// large.
    package init?(_ shares: [Share]) {
        let isSound = shares.allSatisfy {
            (1...RefundLines.lineLimit).contains($0.line) && (1...RefundLines.largest).contains($0.amount)
        }
        guard isSound, !shares.isEmpty, Set(shares.map(\.line)).count == shares.count else { return nil }
        self.shares = shares.sorted { $0.line < $1.line }
    }

    /// Parses the metadata of a refund over `amount`; `nil` if it has no lines, or these do not add up to the refund.
    package init?(metadata: [String: String], amount: Int64) {
        guard let text = metadata[RefundLines.metadataKey] else { return nil }
        var shares: [Share] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, let line = Int(sides[0]), let share = Int64(sides[1]) else { return nil }
            shares.append(Share(line: line, amount: share))
        }
        self.init(shares)
        guard total == amount else { return nil }
    }

    /// The positions of the lines.
    package var positions: [Int64] { shares.map { Int64($0.line) } }

    /// The amounts, in the same order.
    package var amounts: [Int64] { shares.map(\.amount) }

    /// The text for the metadata.
    package var text: String { shares.map { "\($0.line)=\($0.amount)" }.joined(separator: ",") }

    /// The most lines that a session can have at Stripe, and as many for what it does not itemize.
    private static let lineLimit = 200
    private static let largest: Int64 = 1_000_000_000_000_000
}
