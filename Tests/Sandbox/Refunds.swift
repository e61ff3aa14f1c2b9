import JSON
import Kernel

extension SandboxState {
    /// Refunds `amount`, or all that is left of a charge.
    mutating func createRefund(_ parameters: Parameters, _ cause: Cause) throws(StripeError) -> JSONValue {
        let reason = try parameters.choice("reason", of: ["duplicate", "fraudulent", "requested_by_customer"])
        let metadata = try parameters.metadata("metadata")
        let charge = try refundable(parameters)
        return try refund(charge, amount: try parameters.integer("amount"), reason: reason, cause, metadata: metadata)
    }

    /// Refunds a charge.
    ///
    /// - Throws: Stripe's error if nothing, or less than that, is left to refund.
    mutating func refund(
        _ charge: JSONValue, amount: Int64?, reason: String?, _ cause: Cause, metadata: JSONValue = .object([])
    ) throws(StripeError) -> JSONValue {
        let amount = try amountLeft(charge, wanted: amount)
        let refund = Templates.object("refund").setting([
            ("id", .string(StripeID.make("re_", beginning: "3"))), ("amount", .integer(amount)),
            ("balance_transaction", .string(StripeID.make("txn_"))), ("charge", charge["id"]),
            ("created", .integer(cause.now.unixSeconds)), ("currency", charge["currency"]), ("metadata", metadata),
            ("payment_intent", charge["payment_intent"]), ("reason", .optional(reason)), ("status", "succeeded"),
        ])
        refunds[refund["id"].string ?? ""] = refund
        emit("refund.created", refund, cause)
        give(refund, backFrom: charge, cause)
        return refund
    }

    private mutating func give(_ refund: JSONValue, backFrom charge: JSONValue, _ cause: Cause) {
        let total = (charge["amount_refunded"].integer ?? 0) + (refund["amount"].integer ?? 0)
        let list = charge["refunds"].setting([("data", .array([refund] + charge["refunds"]["data"].elements))])
        let changed = charge.setting([
            ("amount_refunded", .integer(total)), ("refunded", .bool(total == charge["amount"].integer)),
            ("refunds", list),
        ])
        charges[charge["id"].string ?? ""] = changed
        let previous: JSONValue = .object([
            ("amount_refunded", charge["amount_refunded"]), ("refunded", charge["refunded"]),
        ])
        emit("charge.refunded", changed, previous: previous, cause)
    }

    private func refundable(_ parameters: Parameters) throws(StripeError) -> JSONValue {
        if let id = parameters.text("charge") {
            guard let charge = charges[id] else { throw .missing("charge", id, parameter: "charge") }
            return charge
        }
        guard let id = parameters.text("payment_intent") else { throw .lacks("payment_intent") }
        guard intents[id] != nil else { throw .missing("payment_intent", id, parameter: "payment_intent") }
        guard let charge = charge(id) else { throw SandboxState.nothingPaid(id) }
        return charge
    }

    private func amountLeft(_ charge: JSONValue, wanted: Int64?) throws(StripeError) -> Int64 {
        let id = charge["id"].string ?? ""
        guard charge["status"] == "succeeded" else { throw SandboxState.nothingPaid(id) }
        guard !charge["disputed"].isTrue else {
            throw StripeError(
                code: "charge_disputed", message: "Charge \(id) has been charged back; cannot issue a refund.")
        }
        let left = (charge["amount"].integer ?? 0) - (charge["amount_refunded"].integer ?? 0)
        guard left > 0 else {
            throw StripeError(
                code: "charge_already_refunded", message: "Charge \(id) has already been refunded.")
        }
        guard let wanted else { return left }
        guard wanted > 0 else {
            throw .invalid("amount", "Invalid positive integer", code: "parameter_invalid_integer")
        }
        guard wanted <= left else {
            throw .invalid("amount", "Refund amount is greater than unrefunded amount on charge.")
        }
        return wanted
    }

    private static func nothingPaid(_ id: String) -> StripeError {
        StripeError(message: "There is no successful charge to refund for \(id).")
    }
}
