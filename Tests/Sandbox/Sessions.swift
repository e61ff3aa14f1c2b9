import JSON
import Kernel

extension SandboxState {
    /// Creates an open session.
    mutating func createSession(_ parameters: Parameters, _ cause: Cause) throws(StripeError) -> JSONValue {
        let mode = try parameters.required("mode")
        guard mode == "payment" else { throw .invalid("mode", "The sandbox knows the mode payment alone.") }
        guard try parameters.choice("ui_mode", of: ["hosted"]) ?? "hosted" == "hosted" else { throw .lacks("ui_mode") }
        guard try parameters.url("success_url") != nil else { throw .lacks("success_url") }
        let items = try lineItems(parameters)
        let session = try openSession(parameters, items, cause)
        checkouts[session["id"].string ?? ""] = Checkout(
            lineItems: items, intentMetadata: try parameters.metadata("payment_intent_data[metadata]"),
            intentDescription: parameters.text("payment_intent_data[description]"))
        sessions[session["id"].string ?? ""] = session
        earliestExpiry = min(earliestExpiry ?? .max, session["expires_at"].integer ?? .max)
        return session
    }

    /// Returns a session's object; members not set by parameters are as in Stripe's example.
    private func openSession(
        _ parameters: Parameters, _ items: [JSONValue], _ cause: Cause
    ) throws(StripeError) -> JSONValue {
        let id = StripeID.session()
        let total = JSONValue.integer(items.reduce(0) { $0 + ($1["amount_total"].integer ?? 0) })
        return Templates.object("checkout.session").setting(unasked).setting([
            ("id", .string(id)), ("allow_promotion_codes", try parameters.switched("allow_promotion_codes")),
            ("amount_subtotal", total), ("amount_total", total), ("automatic_tax", try automaticTax(parameters)),
            ("billing_address_collection", .optional(parameters.text("billing_address_collection"))),
            ("cancel_url", .optional(try parameters.url("cancel_url"))),
            ("client_reference_id", .optional(try reference(parameters))),
            ("consent_collection", try consentCollection(parameters)), ("created", .integer(cause.now.unixSeconds)),
            ("currency", items.first?["currency"] ?? .null),
            ("customer_creation", .string(parameters.text("customer_creation") ?? "if_required")),
            ("customer_email", .optional(try parameters.email("customer_email"))),
            ("expires_at", .integer(try parameters.expiry(from: cause.now))),
            ("invoice_creation", try invoiceCreation(parameters)), ("locale", .optional(parameters.text("locale"))),
            ("metadata", try parameters.metadata("metadata")), ("payment_method_types", methodTypes(parameters)),
            ("submit_type", .optional(parameters.text("submit_type"))),
            ("success_url", .optional(parameters.text("success_url"))),
            ("total_details", .object([("amount_discount", 0), ("amount_shipping", 0), ("amount_tax", 0)])),
            ("url", .string("\(publicBase)/pay/\(id)")),
        ])
    }

    private var unasked: [(String, JSONValue)] {
        let absent = [
            "after_expiration", "collected_information", "consent", "currency_conversion", "customer_details",
            "payment_intent", "payment_method_configuration_details", "saved_payment_method_options",
            "shipping_address_collection", "shipping_cost", "wallet_options", "permissions",
        ]
        let text: JSONValue = .object(
            ["after_submit", "shipping_address", "submit", "terms_of_service_acceptance"].map { ($0, .null) })
        let off: JSONValue = .object([("enabled", false)])
        return absent.map { ($0, .null) } + [
            ("adaptive_pricing", off), ("custom_text", text), ("discounts", .array([])), ("managed_payments", off),
            ("livemode", false), ("payment_method_collection", "if_required"),
            ("payment_method_options", .object([("card", .object([("request_three_d_secure", "automatic")]))])),
            ("payment_status", "unpaid"), ("status", "open"), ("ui_mode", "hosted"),
        ]
    }

    private func reference(_ parameters: Parameters) throws(StripeError) -> String? {
        let reference = parameters.text("client_reference_id")
        guard reference?.count ?? 0 <= 200 else {
            throw .invalid("client_reference_id", "Invalid string: 200 characters at most.")
        }
        return reference
    }

    private func automaticTax(_ parameters: Parameters) throws(StripeError) -> JSONValue {
        let isOn = try parameters.flag("automatic_tax[enabled]") ?? false
        return .object([
            ("enabled", .bool(isOn)), ("liability", isOn ? .object([("type", "self")]) : .null),
            ("provider", isOn ? "stripe" : .null), ("status", isOn ? "requires_location_inputs" : .null),
        ])
    }

    private func consentCollection(_ parameters: Parameters) throws(StripeError) -> JSONValue {
        let terms = try parameters.choice("consent_collection[terms_of_service]", of: ["none", "required"])
        let promotions = try parameters.choice("consent_collection[promotions]", of: ["auto", "none"])
        guard terms != nil || promotions != nil else { return .null }
        return .object([
            ("payment_method_reuse_agreement", .null), ("promotions", .optional(promotions)),
            ("terms_of_service", .optional(terms)),
        ])
    }

    private func invoiceCreation(_ parameters: Parameters) throws(StripeError) -> JSONValue {
        let template = Templates.object("checkout.session")["invoice_creation"]
        let data = template["invoice_data"].setting([
            ("description", .optional(parameters.text("invoice_creation[invoice_data][description]"))),
            ("footer", .optional(parameters.text("invoice_creation[invoice_data][footer]"))), ("issuer", .null),
            ("metadata", try parameters.metadata("invoice_creation[invoice_data][metadata]")),
            ("rendering_options", .null),
        ])
        let isOn = try parameters.flag("invoice_creation[enabled]") ?? false
        return .object([("enabled", .bool(isOn)), ("invoice_data", data)])
    }

    private func methodTypes(_ parameters: Parameters) -> JSONValue {
        let types = parameters.list("payment_method_types")
        return .array((types.isEmpty ? ["card"] : types).map(JSONValue.string))
    }

    /// Expires an open session.
    mutating func expireSession(_ id: String, _ cause: Cause) throws(StripeError) -> JSONValue {
        guard let session = sessions[id] else { throw .missing("checkout.session", id, parameter: "session") }
        guard session["status"] == "open" else {
            throw StripeError(
                message: "Only Checkout Sessions with a status in [\"open\"] can be expired. "
                    + "This Checkout Session has a status of `\(session["status"].string ?? "")`.")
        }
        return expire(session, cause)
    }

    private mutating func expire(_ session: JSONValue, _ cause: Cause) -> JSONValue {
        let expired = session.setting([
            ("expires_at", .integer(min(cause.now.unixSeconds, session["expires_at"].integer ?? 0))),
            ("status", "expired"), ("url", .null),
        ])
        sessions[session["id"].string ?? ""] = expired
        emit("checkout.session.expired", expired, cause)
        return expired
    }

    /// Expires every open session whose time has passed.
    mutating func expireOverdue(_ cause: Cause) {
        guard let earliestExpiry, earliestExpiry <= cause.now.unixSeconds else { return }
        let open = sessions.newestFirst.filter { $0["status"] == "open" }
        for session in open where session["expires_at"].integer ?? 0 <= cause.now.unixSeconds {
            _ = expire(session, cause)
        }
        self.earliestExpiry = open.compactMap(\.["expires_at"].integer).filter { $0 > cause.now.unixSeconds }.min()
    }
}

extension Parameters {
    /// Returns `true`, `false` or, if absent, `null`.
    fileprivate func switched(_ name: String) throws(StripeError) -> JSONValue {
        try flag(name).map(JSONValue.bool) ?? .null
    }
}
