import Kernel
package import RateLimiting
package import Settings

extension RateLimitTable {
    /// Reads `RATE_LIMITS`, which overrides the shop's limits by name; `read` collects faults.
    package init(_ read: inout SettingsReader) { self.init(RateLimitPolicy.shop, &read) }

    /// Parses overrides of the shop's limits; `nil` if one is malformed or names none of them.
    package init?(_ text: String) { self.init(RateLimitPolicy.shop.map(\.name), text) }
}
