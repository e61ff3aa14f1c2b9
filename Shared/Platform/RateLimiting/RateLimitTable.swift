import HTTP
package import Kernel
package import Settings

/// The policies of this process: those in the code, with the seller's overrides.
///
/// | Name | Meaning |
/// | --- | --- |
/// | `RATE_LIMITS` | overrides, `name=requests/seconds`, comma-separated; may be absent |
package struct RateLimitTable: Equatable, Sendable {
    private var overrides: [String: RateLimitPolicy] = [:]

    /// Creates a table without overrides.
    package init() {}

    /// Reads `RATE_LIMITS`, which may override each of `policies` once; `read` collects faults.
    package init(_ policies: [RateLimitPolicy], _ read: inout SettingsReader) {
        let names = policies.map(\.name)
        let expected = "\(RateLimitTable.expected) \(names.joined(separator: ", "))"
        let table = read.value("RATE_LIMITS", expected: expected, default: "") { RateLimitTable(names, $0) }
        self = table ?? RateLimitTable()
    }

    /// Parses the overrides in `text`; `nil` if a part is not `name=requests/seconds`, or names a policy that is not
    /// among `names` or that another part names.
    package init?(_ names: [String], _ text: String) {
        guard !text.trimmingBlanks().isEmpty else { return }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let policy = RateLimitTable.policy(part), names.contains(policy.name),
                overrides.updateValue(policy, forKey: policy.name) == nil
            else { return nil }
        }
    }

    private static let expected =
        "name=requests/seconds, comma-separated, 1 to 1000000 requests in 1 to 86400 seconds, the names"

    /// Returns `policy`, or what the seller put in its place.
    package subscript(policy: RateLimitPolicy) -> RateLimitPolicy { overrides[policy.name] ?? policy }

    /// Returns the counters of the client at `address`; clients without a known address share one.
    ///
    /// An IPv6 client counts against its /64, and with larger quotas against its /56 and /48: `IPAddress.callers`.
    package func limits(_ policy: RateLimitPolicy, address: String) -> [RateLimit] {
        let policy = self[policy]
        guard let address = IPAddress(address) else { return [RateLimit(policy, of: Array(address.utf8))] }
        return address.callers.map { network, share in
            RateLimit(share == 1 ? policy : policy.widened(by: share, to: network.count * 8), of: network)
        }
    }

    /// Returns the counter of one link, session or mailbox.
    package func limit(_ policy: RateLimitPolicy, of subject: some Sequence<UInt8>) -> RateLimit {
        RateLimit(self[policy], of: subject)
    }

    private static func policy(_ text: Substring) -> RateLimitPolicy? {
        let sides = text.split(separator: "=", omittingEmptySubsequences: false).map { $0.trimmingBlanks() }
        guard sides.count == 2 else { return nil }
        let numbers = sides[1].split(separator: "/", omittingEmptySubsequences: false).map { Int($0.trimmingBlanks()) }
        guard numbers.count == 2, let quota = numbers[0], let seconds = numbers[1], (1...1_000_000).contains(quota),
            (1...86_400).contains(seconds)
        else { return nil }
        return RateLimitPolicy(String(sides[0]), quota: quota, in: .seconds(seconds))
    }
}

extension RateLimitPolicy {
    /// The policy of a network with a prefix of `bits`, which has `share` times the quota.
    fileprivate func widened(by share: Int, to bits: Int) -> RateLimitPolicy {
        RateLimitPolicy("\(name)-\(bits)", quota: quota * share, in: window)
    }
}
