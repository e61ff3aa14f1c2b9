import HTTP
import JSON
import Kernel

/// The endpoints of Stripe's API that the sandbox implements.
let apiRoutes = sessionRoutes + paymentRoutes + eventRoutes

private let sessionRoutes = [
    APIRoute(.post, "/v1/checkout/sessions", sessionParameterNames) { state, call throws(StripeError) in
        try state.createSession(call.parameters, call.cause)
    },
    APIRoute(
        .get, "/v1/checkout/sessions", listParameterNames + ["status", "payment_intent", "customer_details[email]"]
    ) { state, call throws(StripeError) in
        let status = try call.parameters.choice("status", of: ["open", "complete", "expired"])
        let intent = call.parameters.text("payment_intent")
        let email = call.parameters.text("customer_details[email]")
        let found = state.sessions.newestFirst.filter {
            (status == nil || $0["status"].string == status)
                && (intent == nil || $0["payment_intent"].string == intent)
                && (email == nil || $0["customer_details"]["email"].string == email)
        }
        return try Page(call.parameters).list(found, url: "/v1/checkout/sessions")
    },
    APIRoute(.get, "/v1/checkout/sessions/{id}") { state, call throws(StripeError) in
        try found(state.sessions[call.id], "checkout.session", call.id, "session")
    },
    APIRoute(.get, "/v1/checkout/sessions/{id}/line_items", listParameterNames) { state, call throws(StripeError) in
        let session = try found(state.sessions[call.id], "checkout.session", call.id, "session")
        let items = state.checkouts[session["id"].string ?? ""]?.lineItems ?? []
        return try Page(call.parameters).list(items, url: "/v1/checkout/sessions/\(call.id)/line_items")
    },
    APIRoute(.post, "/v1/checkout/sessions/{id}/expire") { state, call throws(StripeError) in
        try state.expireSession(call.id, call.cause)
    },
]

private let paymentRoutes = [
    APIRoute(
        .post, "/v1/refunds", ["amount", "charge", "expand[#]", "metadata[*]", "payment_intent", "reason"]
    ) { state, call throws(StripeError) in
        try state.createRefund(call.parameters, call.cause)
    },
    APIRoute(.get, "/v1/refunds", listParameterNames + ["charge", "payment_intent"]) {
        state, call throws(StripeError) in
        try ofPayment(state.refunds, call, url: "/v1/refunds")
    },
    APIRoute(.get, "/v1/refunds/{id}") { state, call throws(StripeError) in
        try found(state.refunds[call.id], "refund", call.id, "id")
    },
    APIRoute(.get, "/v1/charges", listParameterNames + ["payment_intent"]) { state, call throws(StripeError) in
        try ofPayment(state.charges, call, url: "/v1/charges")
    },
    APIRoute(.get, "/v1/charges/{id}") { state, call throws(StripeError) in
        try found(state.charges[call.id], "charge", call.id, "id")
    },
    APIRoute(.get, "/v1/payment_intents/{id}") { state, call throws(StripeError) in
        try found(state.intents[call.id], "payment_intent", call.id, "intent")
    },
    APIRoute(.get, "/v1/disputes", listParameterNames + ["charge", "payment_intent"]) {
        state, call throws(StripeError) in
        try ofPayment(state.disputes, call, url: "/v1/disputes")
    },
    APIRoute(.get, "/v1/disputes/{id}") { state, call throws(StripeError) in
        try found(state.disputes[call.id], "dispute", call.id, "dispute")
    },
    APIRoute(.get, "/v1/balance") { _, _ throws(StripeError) in Templates.object("balance") },
    APIRoute(.get, "/v1/webhook_endpoints", listParameterNames) { state, call throws(StripeError) in
        let endpoints = state.endpoint.map { url in
            [
                Templates.object("webhook_endpoint").setting([
                    ("url", .string(url)), ("enabled_events", .array(["*"])),
                ])
            ]
        }
        return try Page(call.parameters).list(endpoints ?? [], url: "/v1/webhook_endpoints")
    },
]

private let eventRoutes = [
    APIRoute(.get, "/v1/events", listParameterNames + ["delivery_success", "type", "types[#]"]) {
        state, call throws(StripeError) in
        let isDelivered = try call.parameters.flag("delivery_success")
        let types = call.parameters.list("types") + [call.parameters.text("type")].compactMap { $0 }
        let found = state.events.store.newestFirst.filter { event in
            (types.isEmpty || types.contains { isOfType(event["type"].string ?? "", $0) })
                && (isDelivered == nil || (event["pending_webhooks"] == 0) == isDelivered)
        }
        return try Page(call.parameters).list(found, url: "/v1/events")
    },
    APIRoute(.get, "/v1/events/{id}") { state, call throws(StripeError) in
        try found(state.events.event(call.id), "event", call.id, "id")
    },
]

/// Returns whether `type` matches `wanted`, where `charge.*` matches every type with that prefix.
private func isOfType(_ type: String, _ wanted: String) -> Bool {
    wanted.hasSuffix("*") ? type.hasPrefix(wanted.dropLast()) : type == wanted
}

private func ofPayment(_ store: ObjectStore<JSONValue>, _ call: APICall, url: String) throws(StripeError) -> JSONValue {
    let charge = call.parameters.text("charge")
    let intent = call.parameters.text("payment_intent")
    let found = store.newestFirst.filter {
        (charge == nil || $0["charge"].string == charge) && (intent == nil || $0["payment_intent"].string == intent)
    }
    return try Page(call.parameters).list(found, url: url)
}

private func found(
    _ object: JSONValue?, _ kind: String, _ id: String, _ parameter: String
) throws(StripeError) -> JSONValue {
    guard let object else { throw .missing(kind, id, parameter: parameter) }
    return object
}
