import DomainNames
import Kernel
import Licensing
import Orders

extension Invocation {
    /// Returns the order that the first operand refers to.
    ///
    /// - Throws: `.usage` if it refers to none, `.failed` for a license key without `KEY_PEPPER`.
    func orderReference() throws(CommandFault) -> OrderReference {
        let word = arguments.operands[0]
        if let reference = try OrderReference(word, pepper: pepper) { return reference }
        guard EmailAddress(typed: word) == nil else {
            throw .usage("an address may stand for several orders: see `latchkey order list --email \(word)`")
        }
        throw .usage(
            "«\(word)» is no order's: expected its number, its ID, cs_…, pi_…, a license key or the last four symbols of one"
        )
    }

    /// Returns the license that the first operand refers to.
    ///
    /// - Throws: as `orderReference()`.
    func licenseReference() throws(CommandFault) -> LicenseReference {
        let word = arguments.operands[0]
        if let reference = try LicenseReference(word, pepper: pepper) { return reference }
        throw .usage("«\(word)» is no license's: expected its key, the last four symbols of it, or its ID")
    }

    private func pepper() throws(CommandFault) -> Pepper {
        try setting { Pepper(&$0) }
    }
}

extension Command.Operand {
    static let order = Command.Operand(
        name: "ORDER",
        help:
            "its number, its ID, Stripe's checkout session (cs_…) or payment intent (pi_…), or a license key of it, whole or the "
            + "last four symbols")
    static let license = Command.Operand(
        name: "LICENSE", help: "its key in any spelling, the key's last four symbols, or its ID")
}
