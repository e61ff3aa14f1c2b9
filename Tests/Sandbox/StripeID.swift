/// IDs in Stripe's form: a prefix and random letters and digits.
enum StripeID {
    /// Returns an ID such as `evt_1` and `length - 1` more characters.
    static func make(_ prefix: String, length: Int = 24, beginning: String = "1") -> String {
        var id = prefix + beginning
        for _ in beginning.utf8.count..<length { id.unicodeScalars.append(symbols.randomElement() ?? "0") }
        return id
    }

    /// Returns a session's ID: `cs_test_a1` and 56 more characters.
    static func session() -> String { make("cs_test_", length: 58, beginning: "a1") }

    private static let symbols = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".unicodeScalars)
}
