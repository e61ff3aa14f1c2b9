internal import HTTP
package import JSON

/// An endpoint that Stripe delivers events to.
///
/// Source: <https://docs.stripe.com/api/webhook_endpoints/object>
package struct WebhookEndpoint: Equatable, Sendable, JSONReadable {
    /// Whether it gets deliveries.
    package enum Status: String, Sendable { case enabled, disabled }

    /// Its URL.
    package let url: String
    /// Whether it gets deliveries.
    package let status: OpenEnum<Status>
    /// The event types that it gets; `*` stands for all.
    package let enabledEvents: [String]

    package init(json node: JSONNode) throws(MalformedDocument) {
        url = try node.required("url")
        status = try node.required("status")
        enabledEvents = try node.required("enabled_events")
    }
}

extension StripeRequest where Answer == Page<WebhookEndpoint> {
    /// The request for the account's endpoints; an account has 16 at most, so one page has all of them.
    ///
    /// Source: <https://docs.stripe.com/api/webhook_endpoints/list>
    package static var webhookEndpoints: Self {
        var form = Form()
        form.append("limit", "100")
        return Self(method: .get, path: "/v1/webhook_endpoints", form: form, idempotencyKey: nil)
    }
}
