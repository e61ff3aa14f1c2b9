import JSON
import Kernel

extension SandboxState {
    /// Opens a dispute of a charge: the buyer's bank takes the money back.
    ///
    /// - Throws: if the charge is disputed already or was never paid.
    mutating func openDispute(
        _ charge: JSONValue, amount: Int64?, reason: String, _ cause: Cause
    ) throws(StripeError) -> JSONValue {
        guard charge["status"] == "succeeded", !charge["disputed"].isTrue else {
            throw StripeError(message: "The charge cannot be disputed: it is disputed already or was never paid.")
        }
        let template = Templates.object("dispute")
        let evidence = template["evidence_details"].setting([("due_by", .integer(cause.now.unixSeconds + 7 * 86_400))])
        let card = template["payment_method_details"]["card"].setting([("case_type", "chargeback")])
        let dispute = template.setting([
            ("id", .string(StripeID.make("dp_"))), ("amount", amount.map(JSONValue.integer) ?? charge["amount"]),
            ("charge", charge["id"]), ("created", .integer(cause.now.unixSeconds)), ("currency", charge["currency"]),
            ("enhanced_eligibility_types", .array([])), ("evidence_details", evidence), ("is_charge_refundable", false),
            ("payment_intent", charge["payment_intent"]),
            ("payment_method_details", template["payment_method_details"].setting([("card", card)])),
            ("reason", .string(reason)), ("status", "needs_response"),
        ])
        disputes[dispute["id"].string ?? ""] = dispute
        charges[charge["id"].string ?? ""] = charge.setting([("disputed", true)])
        emit("charge.dispute.created", dispute, cause)
        emit("charge.dispute.funds_withdrawn", dispute, cause)
        return dispute
    }

    /// Closes the dispute that `id` identifies, directly or through its payment.
    ///
    /// - Throws: if there is no open dispute.
    mutating func closeDispute(_ id: String, isWon: Bool, _ cause: Cause) throws(StripeError) -> JSONValue {
        let charge = charge(id)?["id"]
        let dispute = disputes[id] ?? disputes.newestFirst.first { $0["charge"] == charge }
        guard let dispute, dispute["status"] == "needs_response" else {
            throw StripeError(message: "There is no open dispute for \(id).")
        }
        let closed = dispute.setting([("status", isWon ? "won" : "lost")])
        disputes[dispute["id"].string ?? ""] = closed
        emit("charge.dispute.closed", closed, previous: .object([("status", dispute["status"])]), cause)
        if isWon { emit("charge.dispute.funds_reinstated", closed, cause) }
        return closed
    }

    /// Warns that the issuer of a charge's card suspects fraud.
    mutating func warnOfFraud(_ charge: JSONValue, _ cause: Cause) -> JSONValue {
        let warning = Templates.object("radar.early_fraud_warning").setting([
            ("id", .string(StripeID.make("issfr_"))), ("charge", charge["id"]),
            ("created", .integer(cause.now.unixSeconds)), ("fraud_type", "made_with_stolen_card"),
            ("payment_intent", charge["payment_intent"]),
        ])
        emit("radar.early_fraud_warning.created", warning, cause)
        return warning
    }
}
