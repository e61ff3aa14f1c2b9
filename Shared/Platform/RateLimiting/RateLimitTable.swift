import HTTP
package import Kernel
package import Settings

/// The policies of this process: the defaults and the seller's overrides.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `RATE_LIMITS` | overrides of the default limits, `name=requests/seconds`, comma-separated; may be absent |
package struct RateLimitTable: Equatable, Sendable {
    private var rows: [RateLimitRule: RateLimitPolicy]

    /// Creates the default policies.
    package init() { rows = Dictionary(uniqueKeysWithValues: RateLimitRule.allCases.map { ($0, $0.standard) }) }

    /// Reads `RATE_LIMITS`; `read` collects faults.
    package init(_ read: inout SettingsReader) {
        let table = read.value("RATE_LIMITS", expected: RateLimitTable.expected, default: "") { RateLimitTable($0) }
        self = table ?? RateLimitTable()
    }

    /// Parses the overrides in `text`; `nil` if a part is not `name=requests/seconds` with a known name, or names one
    /// twice.
    package init?(_ text: String) {
        self.init()
        var named: Set<RateLimitRule> = []
        guard !text.trimmingBlanks().isEmpty else { return }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let (rule, policy) = RateLimitTable.row(part), named.insert(rule).inserted else { return nil }
            rows[rule] = policy
        }
    }

    /// The expected format of `RATE_LIMITS`.
    package static let expected =
        "name=requests/seconds, comma-separated, 1 to 1000000 requests in 1 to 86400 seconds, the names "
        + RateLimitRule.allCases.map(\.rawValue).joined(separator: ", ")

    /// Returns the policy of a rule.
    package subscript(rule: RateLimitRule) -> RateLimitPolicy { rows[rule] ?? rule.standard }

    /// Returns the counter of the client at `address`; clients without a known address share one.
    package func limit(_ rule: RateLimitRule, address: String) -> RateLimit {
        RateLimit(self[rule], of: IPAddress(address)?.caller ?? Array(address.utf8))
    }

    /// Returns the counter of one link, session or mailbox.
    package func limit(_ rule: RateLimitRule, of subject: some Sequence<UInt8>) -> RateLimit {
        RateLimit(self[rule], of: subject)
    }

    private static func row(_ text: Substring) -> (RateLimitRule, RateLimitPolicy)? {
        let sides = text.split(separator: "=", omittingEmptySubsequences: false).map { $0.trimmingBlanks() }
        guard sides.count == 2, let rule = RateLimitRule(rawValue: String(sides[0])) else { return nil }
        let numbers = sides[1].split(separator: "/", omittingEmptySubsequences: false).map { Int($0.trimmingBlanks()) }
        guard numbers.count == 2, let quota = numbers[0], let seconds = numbers[1], (1...1_000_000).contains(quota),
            (1...86_400).contains(seconds)
        else { return nil }
        return (rule, RateLimitPolicy(rule.rawValue, quota: quota, in: .seconds(seconds)))
    }
}
