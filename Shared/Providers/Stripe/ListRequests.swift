internal import HTTP
package import Kernel

/// A stretch of time that a list is asked for, in whole seconds as Stripe counts.
package struct TimeSlice: Equatable, Sendable {
    /// The first second in it.
    package let start: Instant
    /// The first second behind it.
    package let end: Instant

    /// The time from `start` to before `end`.
    package init(from start: Instant, to end: Instant) {
        self.start = start
        self.end = end
    }
}

// Lists of what was made in a stretch of time, newest first.
//
// Source: <https://docs.stripe.com/api/pagination>

extension StripeRequest where Answer == Page<CheckoutSession> {
    /// Sessions opened in `slice`, with what was bought in them.
    package static func sessions(
        in slice: TimeSlice, startingAfter last: StripeID? = nil, limit: Int = 100
    ) -> Self {
        var form = Form()
        form.append("expand[]", "data.line_items")
        form.append(slice, startingAfter: last, limit: limit)
        return Self(method: .get, path: "/v1/checkout/sessions", form: form, idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == Page<EventDocument> {
    /// Events of the kinds that change something here, as Stripe keeps them for 30 days.
    ///
    /// Source: <https://docs.stripe.com/webhooks/process-undelivered-events>
    ///
    /// - Parameter undelivered: only those that some endpoint has not taken yet.
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
    /// One event, as Stripe keeps it for 30 days.
    package static func event(_ id: StripeID) -> Self {
        Self(method: .get, path: "/v1/events/\(id)", form: Form(), idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == Page<Refund> {
    /// Refunds made in `slice`, as they stand now.
    package static func refunds(in slice: TimeSlice, startingAfter last: StripeID? = nil, limit: Int = 100) -> Self {
        var form = Form()
        form.append(slice, startingAfter: last, limit: limit)
        return Self(method: .get, path: "/v1/refunds", form: form, idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == Page<Dispute> {
    /// Disputes opened in `slice`, as they stand now.
    package static func disputes(in slice: TimeSlice, startingAfter last: StripeID? = nil, limit: Int = 100) -> Self {
        var form = Form()
        form.append(slice, startingAfter: last, limit: limit)
        return Self(method: .get, path: "/v1/disputes", form: form, idempotencyKey: nil)
    }
}

extension StripeRequest where Answer == Dispute {
    /// One dispute.
    package static func dispute(_ id: StripeID) -> Self {
        Self(method: .get, path: "/v1/disputes/\(id)", form: Form(), idempotencyKey: nil)
    }
}

extension Form {
    /// Stripe gives 1 to 100 elements a page.
    fileprivate mutating func append(_ slice: TimeSlice, startingAfter last: StripeID?, limit: Int) {
        append("created[gte]", String(slice.start.unixSeconds))
        append("created[lt]", String(slice.end.unixSeconds))
        append("limit", String(min(max(limit, 1), 100)))
        if let last { append("starting_after", last.text) }
    }
}
