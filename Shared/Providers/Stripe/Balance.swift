internal import HTTP
package import JSON

/// An account's balance; used as a check, because every account has one and reading it changes nothing.
package struct Balance: Equatable, Sendable, JSONReadable {
    /// Whether it is live mode, not test mode.
    package let livemode: Bool

    package init(json node: JSONNode) throws(MalformedDocument) { livemode = try node.required("livemode") }
}

extension StripeRequest where Answer == Balance {
    /// The request for the account's balance.
    ///
    /// Source: <https://docs.stripe.com/api/balance/balance_retrieve>
    package static var balance: Self { Self(method: .get, path: "/v1/balance", form: Form(), idempotencyKey: nil) }
}
