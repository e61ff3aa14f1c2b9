internal import HTTP
package import JSON

/// What an account holds; asked for because every account has one and it changes nothing.
package struct Balance: Equatable, Sendable, JSONReadable {
    /// Whether it is real money.
    package let livemode: Bool

    package init(json node: JSONNode) throws(MalformedDocument) { livemode = try node.required("livemode") }
}

extension StripeRequest where Answer == Balance {
    /// The account's balance.
    ///
    /// Source: <https://docs.stripe.com/api/balance/balance_retrieve>
    package static var balance: Self { Self(method: .get, path: "/v1/balance", form: Form(), idempotencyKey: nil) }
}
