import HTTP
import Kernel
import Stripe

/// The ID of a checkout session in the path of an order's page.
struct SessionID: Hashable, Sendable, PathParameter {
    let id: StripeID
    /// Whether the session is of live mode.
    let isLive: Bool

    /// Parses an ID that Stripe may have made; other text is not looked up.
    static func parse(_ segment: PathSegment) -> SessionID? {
        guard let id = segment.text.flatMap({ StripeID($0) }) else { return nil }
        let text = id.text.utf8
        let isLive = text.starts(with: "cs_live_".utf8)
        guard isLive || text.starts(with: "cs_test_".utf8) else { return nil }
        let random = text.dropFirst(8)
        guard random.count >= 10, random.allSatisfy(\.isASCIIAlphanumeric) else { return nil }
        return SessionID(id: id, isLive: isLive)
    }

    /// The path of the order's page.
    var path: String { "/orders/\(id)" }
}
