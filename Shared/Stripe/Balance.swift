internal import HTTP

/// What an account holds; asked for because every account has one and it changes nothing.
package struct Balance: Equatable, Decodable, Sendable {
    /// Whether it is real money.
    package let livemode: Bool
}

extension StripeRequest where Answer == Balance {
    /// The account's balance.
    ///
    /// Source: <https://docs.stripe.com/api/balance/balance_retrieve>
    package static var balance: Self { Self(method: .get, path: "/v1/balance", form: Form(), idempotencyKey: nil) }
}
