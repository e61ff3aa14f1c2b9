import EventLoop
import JSON
import Kernel
import Limits
import Log
import Postgres
import RateLimiting

/// Counts deliveries with an invalid signature by the address they came from.
///
/// At most one count query runs at a time, so forged deliveries hold at most one database connection. Deliveries that
/// arrive meanwhile are refused without being counted.
@Loop
final class FailureCount {
    private let limiter: RateLimiter
    private let limits: RateLimitTable
    private let log: Log
    private var isCounting = false

    init(_ limiter: RateLimiter, _ limits: RateLimitTable, _ log: Log) {
        self.limiter = limiter
        self.limits = limits
        self.log = log
    }

    /// Adds one for `caller`; returns `nil` if it was not counted.
    func add(_ caller: String, at now: Instant) async -> RateLimitVerdict? {
        let limits = limits.limits(.webhookFailure, address: caller)
        if let known = limiter.known(limits, at: now) { return known }
        guard !isCounting else { return nil }
        isCounting = true
        defer { isCounting = false }
        do throws(PostgresFault) {
            switch try await limiter.run(limits, at: now, RateLimitStatements.count) {
            case .admitted(_, let verdict), .refused(let verdict): return verdict
            }
        } catch {
            log(
                .warning, "a delivery that was not Stripe's could not be counted",
                [("reason", .string(error.description))])
            return nil
        }
    }
}
