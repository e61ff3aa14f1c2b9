import Fulfilment
import HTTP
import JSON
import Kernel
import Log
import Stripe

/// Responds to Stripe's event deliveries.
///
/// The status is 200 if the event is stored, also if it is parked because our rules refuse it for good; 400 if the
/// signature is invalid or the body is no event, 429 if the signature is invalid too often, 5xx if Stripe should send it
/// again.
struct Webhook: Sendable {
    /// Verifies the delivery's signature.
    var verify: @Sendable (Request) throws(SignatureFault) -> VerifiedPayload
    /// Counts a delivery with an invalid signature; returns `nil` if it could not be counted.
    var countFailure: @Sendable (_ caller: String, Instant) async -> RateLimitVerdict?
    /// Applies the event once, or parks it, or records its failure.
    var process: @Sendable (Event, LedgerEntry) async throws(FulfilmentFault) -> Void
    /// Parks an event that cannot be read because of a member.
    var park: @Sendable (LedgerEntry, _ field: String) async throws(FulfilmentFault) -> Void
    /// The number of addresses at the right of `X-Forwarded-For` that are ours.
    var trustedHops: Int
    var log: Log

    func callAsFunction(_ request: Request) async throws(Refusal) -> Response {
        guard request.path == "/webhooks/stripe" else { throw .notFound }
        try request.requireMethod(.post)
        // Only signed content is read; other deliveries change nothing.
        let payload: VerifiedPayload
        do { payload = try verify(request) } catch { throw await refusal(of: request, error) }
        guard let text = String(validating: payload.body, as: UTF8.self) else {
            throw .malformed(field: "body", reason: "The body is not UTF-8.")
        }
        let event: Event
        do { event = try Event(payload) } catch {
            return try await respond(toUnreadable: text, error.field, at: request.receivedAt)
        }
        let entry = LedgerEntry(event, payload: text, receivedAt: request.receivedAt)
        do { try await process(event, entry) } catch { throw error.refusal }
        return .json(.object([("received", true)]))
    }

    /// Parks what says that it is an event and cannot be read: it would be the same the next time.
    private func respond(
        toUnreadable text: String, _ field: String, at now: Instant
    ) async throws(Refusal) -> Response {
        guard let entry = LedgerEntry(unreadable: text, receivedAt: now) else {
            log(.error, "a signed event could not be read", [("field", .string(field))])
            throw .malformed(field: "body", reason: "The event cannot be read.")
        }
        do { try await park(entry, field) } catch { throw error.refusal }
        return .json(.object([("received", true)]))
    }

    /// Only invalid deliveries are counted: valid ones are not rate-limited and cost no extra query.
    ///
    /// A line is logged for each delivery that was counted and admitted, so the number of lines is bounded too.
    private func refusal(of request: Request, _ fault: SignatureFault) async -> Refusal {
        let verdict = await countFailure(request.clientAddress(trustedHops: trustedHops), request.receivedAt)
        if let verdict {
            guard verdict.isAdmitted else { return .tooManyRequests(verdict) }
            log(.warning, "a delivery was not Stripe's", [("reason", .string("\(fault)"))])
        }
        return .malformed(field: "Stripe-Signature", reason: "The signature does not hold.")
    }
}
