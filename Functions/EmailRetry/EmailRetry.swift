import HTTP
import JSON
import Kernel
import Log
import Outbox
import Postgres

/// Sends the due mails whenever the scheduler calls, and then removes rate limits that are over.
struct EmailRetry: Sendable {
    /// Queues the mails that were requested on the lost-e-mail page.
    var queueResends: @Sendable (_ now: Instant) async throws(PostgresFault) -> Void
    /// Sends the due mails.
    var send: @Sendable (_ until: Instant) async throws(PostgresFault) -> OutboxReport
    /// Removes rate limits that are over; returns how many.
    var prune: @Sendable (_ now: Instant) async throws(PostgresFault) -> Int
    /// Authorizes the scheduler.
    var authorize: @Sendable (Request) async throws(Refusal) -> Void
    var log: Log

    /// The time limit of one call; the rest waits for the next call.
    static let time: Duration = .seconds(40)

    func callAsFunction(_ request: Request) async throws(Refusal) -> Response {
        guard request.path == "/tasks/email-retry" else { throw .notFound }
        try request.requireMethod(.post)
        try await authorize(request)
        let outcome = await outcome(until: request.receivedAt + EmailRetry.time)
        await tidy(at: request.receivedAt)
        let report = try outcome.get()
        return .json(
            .object([
                ("sent", .integer(Int64(report.sent))), ("postponed", .integer(Int64(report.postponed))),
                ("dead", .integer(Int64(report.dead))), ("dropped", .integer(Int64(report.dropped))),
            ]))
    }

    private func outcome(until deadline: Instant) async -> Result<OutboxReport, Refusal> {
        do throws(PostgresFault) {
            let fault = await requestFault(at: deadline - EmailRetry.time)
            let report = try await send(deadline)
            if let fault { throw fault }
            return .success(report)
        } catch {
            log(.error, "the outbox could not be worked off", [("reason", .string(error.description))])
            return .failure(error.refusal)
        }
    }

    /// Queues the requested mails; returns a fault, which must not keep other mails from being sent.
    private func requestFault(at now: Instant) async -> PostgresFault? {
        do throws(PostgresFault) { try await queueResends(now) } catch { return error }
        return nil
    }

    /// Removes rate limits after the mails, whatever their outcome; what is not removed now is removed next time.
    private func tidy(at now: Instant) async {
        do {
            let count = try await prune(now)
            if count > 0 { log(.info, "rate limits removed", [("count", .integer(Int64(count)))]) }
        } catch {
            log(.warning, "rate limits could not be removed", [("reason", .string(error.description))])
        }
    }
}
