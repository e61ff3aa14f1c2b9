import JSON
import Kernel

/// A buyer's payment method on the payment page.
enum PaymentMethod: String, Sendable, CaseIterable {
    /// A card: paid at once.
    case card
    /// A bank debit that succeeds when settled.
    case delayedSucceeds = "delayed_succeeds"
    /// A bank debit that fails when settled.
    case delayedFails = "delayed_fails"

    fileprivate var type: String { self == .card ? "card" : "us_bank_account" }
}

/// The buyer, from the payment page's form.
struct Buyer: Equatable, Sendable {
    var email: String
    var name: String
}

extension SandboxState {
    /// Pays an open session; any other session stays unchanged.
    ///
    /// - Throws: `resource_missing` if the session does not exist.
    mutating func pay(
        _ id: String, _ buyer: Buyer, by method: PaymentMethod, _ cause: Cause
    ) throws(StripeError) -> JSONValue {
        guard let session = sessions[id] else { throw .missing("checkout.session", id, parameter: "session") }
        guard session["status"] == "open" else { return session }
        checkouts[id]?.method = method
        guard session["amount_total"] != 0 else { return complete(session, buyer, "no_payment_required", cause) }
        let intent = intent(of: session, buyer, method, cause)
        switch method {
        case .card:
            let charge = charge(for: intent, buyer, method, "succeeded", cause)
            succeed(intent, charge, cause)
            return complete(sessions[id] ?? session, buyer, "paid", cause)
        case .delayedSucceeds, .delayedFails:
            let charge = charge(for: intent, buyer, method, "pending", cause)
            let processing = intent.setting([("latest_charge", charge["id"]), ("status", "processing")])
            intents[intent["id"].string ?? ""] = processing
            emit("charge.pending", charge, cause)
            emit("payment_intent.processing", processing, cause)
            return complete(sessions[id] ?? session, buyer, "unpaid", cause)
        }
    }

    /// Declines the buyer's card; the session stays open.
    ///
    /// - Throws: `resource_missing` if the session does not exist.
    mutating func decline(_ id: String, _ buyer: Buyer, _ cause: Cause) throws(StripeError) {
        guard let session = sessions[id] else { throw .missing("checkout.session", id, parameter: "session") }
        guard session["status"] == "open" else { return }
        let intent = intent(of: session, buyer, .card, cause)
        fail(intent, charge(for: intent, buyer, .card, "failed", cause), cause)
    }

    /// Settles a delayed payment, as its method or `outcome` says.
    ///
    /// - Throws: if the session does not exist or has nothing to settle.
    mutating func settle(_ id: String, succeeds outcome: Bool?, _ cause: Cause) throws(StripeError) -> JSONValue {
        guard let session = sessions[id] else { throw .missing("checkout.session", id, parameter: "session") }
        guard let intent = session["payment_intent"].string.flatMap({ intents[$0] }), intent["status"] == "processing",
            let charge = charge(id)
        else { throw StripeError(message: "The session has no delayed payment to settle.") }
        let succeeds = outcome ?? (checkouts[id]?.method == .delayedSucceeds)
        if succeeds { succeed(intent, charge, cause) } else { fail(intent, charge, cause) }
        let settled = session.setting([("payment_status", succeeds ? "paid" : "unpaid")])
        sessions[id] = settled
        emit("checkout.session.async_payment_\(succeeds ? "succeeded" : "failed")", settled, cause)
        return settled
    }

    private mutating func complete(
        _ session: JSONValue, _ buyer: Buyer, _ paymentStatus: String, _ cause: Cause
    ) -> JSONValue {
        var completed = session.setting([
            ("customer_details", customerDetails(buyer)), ("payment_status", .string(paymentStatus)),
            ("status", "complete"), ("url", .null),
        ])
        if session["customer_creation"] == "always" {
            completed["customer"] = .string(StripeID.make("cus_", length: 14, beginning: ""))
        }
        if session["invoice_creation"]["enabled"].isTrue { completed["invoice"] = .string(StripeID.make("in_")) }
        if session["automatic_tax"]["enabled"].isTrue { completed["automatic_tax"]["status"] = "complete" }
        if session["consent_collection"]["terms_of_service"] == "required" {
            completed["consent"] = .object([("promotions", .null), ("terms_of_service", "accepted")])
        }
        sessions[session["id"].string ?? ""] = completed
        emit("checkout.session.completed", completed, cause)
        return completed
    }

    private func customerDetails(_ buyer: Buyer) -> JSONValue {
        let template = Templates.object("checkout.session")["customer_details"]
        return template.setting([
            ("address", template["address"].setting([("country", "US"), ("postal_code", "10001")])),
            ("email", .string(buyer.email)), ("name", .string(buyer.name)), ("tax_ids", .array([])),
        ])
    }

    private mutating func succeed(_ intent: JSONValue, _ charge: JSONValue, _ cause: Cause) {
        let paid = charge.setting([
            ("amount_captured", charge["amount"]), ("balance_transaction", .string(StripeID.make("txn_"))),
            ("captured", true), ("outcome", outcome(isApproved: true)), ("paid", true), ("status", "succeeded"),
        ])
        let succeeded = intent.setting([
            ("amount_received", intent["amount"]), ("last_payment_error", .null), ("latest_charge", charge["id"]),
            ("status", "succeeded"),
        ])
        charges[charge["id"].string ?? ""] = paid
        intents[intent["id"].string ?? ""] = succeeded
        emit("charge.succeeded", paid, cause)
        emit("payment_intent.succeeded", succeeded, cause)
    }

    private mutating func fail(_ intent: JSONValue, _ charge: JSONValue, _ cause: Cause) {
        let message: JSONValue = "Your card was declined."
        let failed = charge.setting([
            ("failure_code", "card_declined"), ("failure_message", message), ("outcome", outcome(isApproved: false)),
            ("paid", false), ("status", "failed"),
        ])
        let error: JSONValue = .object([
            ("charge", charge["id"]), ("code", "card_declined"), ("decline_code", "generic_decline"),
            ("doc_url", "https://stripe.com/docs/error-codes/card-declined"), ("message", message),
            ("type", "card_error"),
        ])
        let returned = intent.setting([
            ("last_payment_error", error), ("latest_charge", charge["id"]), ("payment_method", .null),
            ("status", "requires_payment_method"),
        ])
        charges[charge["id"].string ?? ""] = failed
        intents[intent["id"].string ?? ""] = returned
        emit("charge.failed", failed, cause)
        emit("payment_intent.payment_failed", returned, cause)
    }

    private func outcome(isApproved: Bool) -> JSONValue {
        Templates.object("charge")["outcome"].setting([
            ("network_status", isApproved ? "approved_by_network" : "declined_by_network"),
            ("reason", isApproved ? .null : "generic_decline"), ("risk_level", "normal"),
            ("seller_message", isApproved ? "Payment complete." : "The bank did not give a reason for the decline."),
            ("type", isApproved ? "authorized" : "issuer_declined"),
        ])
    }
}

// The objects of a payment before its outcome.
extension SandboxState {
    /// Returns the session's payment intent, created at the first attempt and kept for the next.
    private mutating func intent(
        of session: JSONValue, _ buyer: Buyer, _ method: PaymentMethod, _ cause: Cause
    ) -> JSONValue {
        if let intent = session["payment_intent"].string.flatMap({ intents[$0] }) { return intent }
        let id = StripeID.make("pi_", beginning: "3")
        let sessionID = session["id"].string ?? ""
        let absent = [
            "canceled_at", "last_payment_error", "next_action", "payment_method_configuration_details", "processing",
            "shipping", "transfer_data",
        ]
        let intent = Templates.object("payment_intent").setting(absent.map { ($0, .null) }).setting([
            ("id", .string(id)), ("amount", session["amount_total"]), ("automatic_payment_methods", .null),
            ("capture_method", "automatic_async"), ("client_secret", .string(StripeID.make("\(id)_secret_"))),
            ("created", .integer(cause.now.unixSeconds)), ("currency", session["currency"]),
            ("description", .optional(checkouts[sessionID]?.intentDescription)),
            ("managed_payments", .object([("enabled", false)])),
            ("metadata", checkouts[sessionID]?.intentMetadata ?? .object([])),
            ("payment_method", .string(StripeID.make("pm_"))),
            ("payment_method_types", .array([.string(method.type)])),
        ])
        intents[id] = intent
        sessionOfIntent[id] = sessionID
        sessions[sessionID] = session.setting([("payment_intent", .string(id))])
        return intent
    }

    private mutating func charge(
        for intent: JSONValue, _ buyer: Buyer, _ method: PaymentMethod, _ status: String, _ cause: Cause
    ) -> JSONValue {
        let id = StripeID.make("ch_", beginning: "3")
        let template = Templates.object("charge")
        let billing = template["billing_details"].setting([
            ("email", .string(buyer.email)), ("name", .string(buyer.name)),
        ])
        let refunds = template["refunds"].setting([("url", .string("/v1/charges/\(id)/refunds"))])
        let absent = ["balance_transaction", "shipping", "source", "transfer_data"]
        let charge = template.setting(absent.map { ($0, .null) }).setting([
            ("id", .string(id)), ("amount", intent["amount"]), ("billing_details", billing),
            ("calculated_statement_descriptor", "SANDBOX"), ("created", .integer(cause.now.unixSeconds)),
            ("currency", intent["currency"]), ("description", intent["description"]), ("metadata", intent["metadata"]),
            ("paid", false), ("payment_intent", intent["id"]), ("payment_method", intent["payment_method"]),
            ("payment_method_details", methodDetails(template, method)), ("receipt_url", .null), ("refunds", refunds),
            ("status", .string(status)),
        ])
        charges[id] = charge
        return charge
    }

    private func methodDetails(_ template: JSONValue, _ method: PaymentMethod) -> JSONValue {
        guard method == .card else {
            let debit: [(String, JSONValue)] = [
                ("account_holder_type", "individual"), ("account_type", "checking"),
                ("bank_name", "STRIPE TEST BANK"), ("last4", "6789"), ("routing_number", "110000000"),
            ]
            return .object([("type", "us_bank_account"), ("us_bank_account", .object(debit))])
        }
        let absent = ["installments", "network_token", "three_d_secure", "wallet"]
        let card = template["payment_method_details"]["card"].setting(absent.map { ($0, .null) })
        return template["payment_method_details"].setting([("card", card)])
    }
}
