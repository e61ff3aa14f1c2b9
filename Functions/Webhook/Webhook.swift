import Fulfilment
import HTTP
import JSON
import Kernel
import Log
import Stripe

/// Responds to Stripe's event deliveries.
///
/// The status is 200 if the event is stored, 400 if the signature is invalid and 429 if that happens too often, 5xx if
/// Stripe should send it again.
struct Webhook: Sendable {
    /// Verifies the delivery's signature.
    var verify: @Sendable (Request) throws(SignatureFault) -> VerifiedPayload
    /// Counts a delivery with an invalid signature; returns `nil` if it could not be counted.
    var countFailure: @Sendable (_ caller: String, Instant) async -> RateLimitVerdict?
    /// Applies the event once, or records its failure.
    var process: @Sendable (Event, LedgerEntry) async throws(FulfilmentFault) -> Void
    /// The number of addresses at the right of `X-Forwarded-For` that are ours.
    var trustedHops: Int
    var log: Log

    func callAsFunction(_ request: Request) async throws(Refusal) -> Response {
        guard request.path == "/webhooks/stripe" else { throw .notFound }
        try request.requireMethod(.post)
        let (event, entry) = try await read(request)
        do { try await process(event, entry) } catch { throw error.refusal }
        return .json(.object([("received", true)]))
    }

    /// Only signed content is read; other deliveries change nothing.
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
