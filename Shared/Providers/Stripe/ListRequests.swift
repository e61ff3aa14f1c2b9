internal import HTTP
package import Kernel

/// A half-open time range for a list, in Stripe's whole seconds.
package struct TimeSlice: Equatable, Sendable {
    /// The first second in the range.
    package let start: Instant
    /// The first second after the range.
    package let end: Instant

    /// Creates the range from `start` to before `end`.
    package init(from start: Instant, to end: Instant) {
        self.start = start
        self.end = end
    }
}

// Lists of what was created in a time range, newest first.
//
// Source: <https://docs.stripe.com/api/pagination>

extension StripeRequest where Answer == Page<Listed<CheckoutSession>> {
    /// Returns the request for the sessions created in `slice`, with their line items.
    package static func sessions(
        in slice: TimeSlice, startingAfter last: StripeID? = nil, limit: Int = 100
    ) -> Self {
        var form = Form()
        form.append("expand[]", "data.line_items")
        form.append(slice, startingAfter: last, limit: limit)
        return Self(method: .get, path: "/v1/checkout/sessions", form: form, idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == Page<Listed<EventDocument>> {
    /// Returns the request for events of the types we act on; Stripe keeps them for 30 days.
    ///
    /// Source: <https://docs.stripe.com/webhooks/process-undelivered-events>
    ///
    /// - Parameter undelivered: only those that some endpoint has not accepted yet.
    package static func events(
        in slice: TimeSlice, undelivered: Bool, startingAfter last: StripeID? = nil, limit: Int = 100
    ) -> Self {
        var form = Form()
        if undelivered { form.append("delivery_success", "false") }
        for kind in Event.Kind.allCases { form.append("types[]", kind.rawValue) }
        form.append(slice, startingAfter: last, limit: limit)
        return Self(method: .get, path: "/v1/events", form: form, idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == EventDocument {
    /// Returns the request for one event; Stripe keeps it for 30 days.
    package static func event(_ id: StripeID) -> Self {
        Self(method: .get, path: "/v1/events/\(id)", form: Form(), idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == Page<Listed<Refund>> {
    /// Returns the request for the refunds created in `slice`, in their current state.
    package static func refunds(in slice: TimeSlice, startingAfter last: StripeID? = nil, limit: Int = 100) -> Self {
        var form = Form()
        form.append(slice, startingAfter: last, limit: limit)
        return Self(method: .get, path: "/v1/refunds", form: form, idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == Page<Listed<Dispute>> {
    /// Returns the request for the disputes created in `slice`, in their current state.
    package static func disputes(in slice: TimeSlice, startingAfter last: StripeID? = nil, limit: Int = 100) -> Self {
        var form = Form()
        form.append(slice, startingAfter: last, limit: limit)
        return Self(method: .get, path: "/v1/disputes", form: form, idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == Dispute {
    /// Returns the request for one dispute.
    package static func dispute(_ id: StripeID) -> Self {
        Self(method: .get, path: "/v1/disputes/\(id)", form: Form(), idempotencyKey: nil)
    }
}

extension Form {
    /// Appends the list parameters; Stripe allows 1 to 100 elements per page.
    fileprivate mutating func append(_ slice: TimeSlice, startingAfter last: StripeID?, limit: Int) {
        append("created[gte]", String(slice.start.unixSeconds))
        append("created[lt]", String(slice.end.unixSeconds))
        append("limit", String(min(max(limit, 1), 100)))
        if let last { append("starting_after", last.text) }
    }
}
