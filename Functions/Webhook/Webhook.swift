import Fulfilment
import HTTP
import JSON
import Kernel
import Log
import Stripe

/// Answers Stripe's event deliveries: 200 when the event is safe, 400 when it is not Stripe's and 429 when such come too
/// often, 5xx when it should be sent again.
struct Webhook: Sendable {
    /// Proves that the delivery is Stripe's.
    var verify: @Sendable (Request) throws(SignatureFault) -> VerifiedPayload
    /// Counts a delivery that was not Stripe's; nothing where that cannot be told now.
    var countFailure: @Sendable (_ caller: String, Instant) async -> RateLimitVerdict?
    /// Applies the event once, or keeps it as one that could not be handled.
    var take: @Sendable (Event, LedgerEntry) async throws(FulfilmentFault) -> Void
    /// How many addresses at the right of `X-Forwarded-For` are ours.
    var trustedHops: Int
    var log: Log

    func callAsFunction(_ request: Request) async throws(Refusal) -> Response {
        guard request.path == "/webhooks/stripe" else { throw .notFound }
        try request.requireMethod(.post)
        let (event, entry) = try await read(request)
        do { try await take(event, entry) } catch { throw error.refusal }
        return .json(.object([("received", true)]))
    }

    /// Only what is signed is read; whatever else arrives changes nothing.
    private func read(_ request: Request) async throws(Refusal) -> (Event, LedgerEntry) {
        let payload: VerifiedPayload
        do { payload = try verify(request) } catch { throw await refusal(of: request, error) }
        guard let text = String(validating: payload.body, as: UTF8.self) else {
            throw .malformed(field: "body", reason: "The body is not UTF-8.")
        }
        let event: Event
        do { event = try Event(payload) } catch {
            log(.error, "a signed event could not be read", [("field", .string(error.field))])
            throw .malformed(field: "body", reason: "The event cannot be read.")
        }
        return (event, LedgerEntry(event, payload: text, receivedAt: request.receivedAt))
    }

    /// What is not Stripe's is counted, and nothing else is: a good delivery meets no limit and asks no question.
    ///
    /// A line is logged for each delivery that was counted and let through, so their number is bounded too.
    private func refusal(of request: Request, _ fault: SignatureFault) async -> Refusal {
        let verdict = await countFailure(request.clientAddress(trustedHops: trustedHops), request.receivedAt)
        if let verdict {
            guard verdict.isAdmitted else { return .tooManyRequests(verdict) }
            log(.warning, "a delivery was not Stripe's", [("reason", .string("\(fault)"))])
        }
        return .malformed(field: "Stripe-Signature", reason: "The signature does not hold.")
    }
}
