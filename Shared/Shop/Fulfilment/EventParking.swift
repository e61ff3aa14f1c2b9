import Crypto
package import EventLoop
import JSON
package import Kernel
package import Log
import Orders
package import Postgres
import Stripe

/// Parks what our rules refuse for good, and raises an alert once.
@Loop
package struct EventParking {
    private let pool: Pool
    private let log: Log

    /// Creates the use case.
    package nonisolated init(pool: Pool, log: Log) {
        self.pool = pool
        self.log = log
    }

    /// Parks `entry`; a repeat, and an entry that has been processed, stay as they are.
    ///
    /// - Parameters:
    ///   - subject: the object that it is about.
    ///   - isPolled: whether the entry is an object's polled state: an event that is parked already has raised the
    ///     alert about it.
    /// - Returns: whether the alert is due, for a caller that raises its own.
    @discardableResult
    package func callAsFunction(
        _ entry: LedgerEntry, about subject: LedgerSubject?, because fault: FulfilmentFault, isPolled: Bool = false,
        isQuiet: Bool = false
    ) async throws(PostgresFault) -> Bool {
        let outcome = try await pool.run(ParkingStatements.park(entry, about: subject, why: fault.description))
        let isNews = outcome.isNew && !(isPolled && outcome.isKnownOtherwise)
        let fields = entry.logFields + fault.logFields
        if isNews, !isQuiet {
            log(.error, "an event is parked: it cannot be handled until a person looks at it", fields)
        }
        if !isNews { log(.info, "event parked before, or processed", fields) }
        return isNews
    }
}

extension FulfilmentFault {
    /// What a log line tells of the fault.
    fileprivate var logFields: [(String, JSONValue)] {
        let reason = ("reason", JSONValue.string(LedgerEntry.reason(description)))
        guard case .unsold(let total, _) = self else { return [reason] }
        return [
            reason, ("amount", total.map { .integer($0.minorUnits) } ?? .null),
            ("currency", total.map { .string($0.currency.code) } ?? .null),
        ]
    }
}

// Failures: what may pass by itself is recorded for retry, and the rest is parked.
extension EventProcessor {
    /// Parks an event that cannot be read.
    package func park(_ unreadable: LedgerEntry, field: String) async throws(FulfilmentFault) {
        _ = try await settle(.unreadable(field), of: unreadable)
    }

    /// Parks an object of Stripe's that cannot be read, without an alert; returns whether one is due.
    ///
    /// - Parameters:
    ///   - object: which one it is, if it says so.
    ///   - text: what it is, as JSON.
    package func park(
        _ object: LedgerSubject?, _ text: String, because fault: FulfilmentFault, seenBy kind: String, at now: Instant
    ) async throws(FulfilmentFault) -> Bool {
        let entry = LedgerEntry(object, text, seenBy: kind, at: now)
        return try await mapError(
            FulfilmentFault.database,
            await EventParking(pool: pool, log: log)(
                entry, about: object, because: fault, isPolled: true, isQuiet: true))
    }

    /// Parks `entry` if `fault` is final; otherwise records the reason in the ledger for retry, and throws it.
    package func settle(
        _ fault: FulfilmentFault, of entry: LedgerEntry, about subject: LedgerSubject? = nil
    ) async throws(FulfilmentFault) -> EventEffect {
        guard fault.isFinal else {
            log(.error, "an event could not be handled", entry.logFields + [("reason", .string(fault.description))])
            await recordFailure(entry, fault.description)
            throw fault
        }
        let isPolled = LedgerSubject(entryID: entry.event).map { if case .event = $0 { false } else { true } } ?? false
        let isNews = try await mapError(
            FulfilmentFault.database,
            await EventParking(pool: pool, log: log)(entry, about: subject, because: fault, isPolled: isPolled))
        return .parked(entry.event, isNews: isNews)
    }

    private func recordFailure(_ entry: LedgerEntry, _ reason: String) async {
        do throws(PostgresFault) {
            _ = try await pool.run(LedgerStatements.fail(entry, why: reason))
        } catch {
            log(.error, "a failed event could not be recorded", [("reason", .string(error.description))])
        }
    }
}

extension LedgerEntry {
    /// Creates the entry of an event that cannot be read; one without a usable ID is named by its hash.
    ///
    /// - Returns: `nil` if `payload` is no JSON object that says what it is.
    package init?(unreadable payload: String, receivedAt: Instant) {
        guard let envelope = EventEnvelope(payload) else { return nil }
        self.init(
            event: envelope.id?.text ?? LedgerEntry.nameless(payload), type: envelope.kind,
            apiVersion: envelope.apiVersion, createdAt: envelope.created ?? receivedAt, receivedAt: receivedAt,
            payload: payload, source: .delivered)
    }

    /// Creates the entry of an unreadable object of a list.
    fileprivate init(_ object: LedgerSubject?, _ text: String, seenBy kind: String, at now: Instant) {
        self.init(
            event: object?.entryID("unreadable") ?? LedgerEntry.nameless(text), type: kind,
            apiVersion: StripeAPI.version, createdAt: now, receivedAt: now, payload: text, source: .fetched)
    }

    private static func nameless(_ payload: String) -> String {
        "unreadable:\(Hex.encode(SHA256.hash(Array(payload.utf8))))"
    }
}
