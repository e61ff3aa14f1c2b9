import Kernel
import Licensing
import Orders
import Settings
import Stripe

extension Invocation {
    /// The order that the first operand means.
    ///
    /// - Throws: `.usage` when it can be no order's, `.failed` when a key is given and nothing to find it with.
    func orderReference() throws(CommandFault) -> OrderReference {
        let word = arguments.operands[0]
        if let reference = OrderReference(word) { return reference }
        if let key = LicenseKey(word) { return .keyHash(key.hash(pepper: try pepper())) }
        guard EmailAddress(word) == nil else {
            throw .usage("an address may stand for several orders: see `latchkey order list --email \(word)`")
        }
        throw .usage(
            "«\(word)» is no order's: expected its ID, cs_…, pi_…, a license key or the last four symbols of one")
    }

    /// The license that the first operand means.
    ///
    /// - Throws: as `orderReference()`.
    func licenseReference() throws(CommandFault) -> LicenseReference {
        let word = arguments.operands[0]
        if let id = LicenseID(word) { return .license(id) }
        if let symbols = LicenseKey.lastFour(typed: word) { return .lastFour(symbols) }
        if let key = LicenseKey(word) { return .keyHash(key.hash(pepper: try pepper())) }
        throw .usage("«\(word)» is no license's: expected its key, the last four symbols of it, or its ID")
    }

    private func pepper() throws(CommandFault) -> Pepper {
        try setting { Pepper(&$0) }
    }

    /// What `body` reads from the environment.
    ///
    /// - Throws: every setting that is missing or unusable, by name.
    func setting<Value>(_ body: (inout SettingsReader) -> Value?) throws(CommandFault) -> Value {
        var read = SettingsReader(environment)
        let value = body(&read)
        do { return try read.unwrap(value) } catch { throw .settings(error) }
    }
}

extension OrderReference {
    /// What a seller typed; `nil` when only a key ring or nobody can tell.
    init?(_ text: String) {
        if let id = OrderID(text) {
            self = .order(id)
        } else if text.hasPrefix("cs_"), StripeID(text) != nil {
            self = .session(text)
        } else if text.hasPrefix("pi_"), StripeID(text) != nil {
            self = .paymentIntent(text)
        } else if let symbols = LicenseKey.lastFour(typed: text) {
            self = .lastFour(symbols)
        } else {
            return nil
        }
    }
}

extension Command.Operand {
    static let order = Command.Operand(
        name: "ORDER",
        help: "its ID, Stripe's checkout session (cs_…) or payment intent (pi_…), a license key of it or the last four "
            + "symbols of one")
    static let license = Command.Operand(
        name: "LICENSE", help: "its key, typed as you like, the last four symbols of it, or its ID")
}
