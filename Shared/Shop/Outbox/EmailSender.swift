import EmailMessage
package import EventLoop
import JSON
package import Kernel
package import Log
package import Outbound
package import Postgres

/// Sends mails and records the outcome of each: the one place where a mail's status advances.
@Loop
package final class EmailSender {
    /// Lease duration; must exceed one delivery attempt.
    package nonisolated static let lease: Duration = .seconds(90)

    private let smtp: SMTPClient
    private let sender: EmailAddress
    private let pool: Pool
    private let schedule: EmailSchedule
    private let clock: WallClock
    private let log: Log

    /// Creates a sender without a connection.
    ///
    /// - Parameters:
    ///   - sender: the envelope's sender.
    ///   - attemptTime: the limit on one attempt.
    package init(
        _ server: SMTPServer, from sender: EmailAddress, pool: Pool, log: Log, clock: WallClock = .system,
        schedule: EmailSchedule = .standard, attemptTime: Duration = .seconds(30)
    ) {
        smtp = SMTPClient(server, connectTimeout: attemptTime / 3, totalTimeout: attemptTime)
        self.sender = sender
        self.pool = pool
        self.schedule = schedule
        self.clock = clock
        self.log = log
    }

    /// Sends a mail that the caller has leased and settles its row; returns what follows, or `nil` if the mail is
    /// dropped as outdated.
    ///
    /// Delivery is at least once: a mail that could not be settled keeps its lease and is tried again when the lease
    /// ends; repeats share the Message-ID.
    @discardableResult
    package func send(_ job: EmailJob, _ email: RenderedEmail) async -> EmailSchedule.Next? {
        guard let recipient = job.recipient else {
            await giveUp(job, "its recipient is no address")
            return .dead
        }
        switch email {
        case .message(let message):
            guard let delivery = await deliver(message, to: recipient) else {
                await giveUp(job, SMTPFault.needsSMTPUTF8.description)
                return .dead
            }
            return await settle(job, delivery)
        case .failed(let reason): return await settle(job, Delivery(.postponed, DeliveryFault(reason, isOurs: true)))
        case .outdated:
            await drop(job)
            return nil
        }
    }

    private func drop(_ job: EmailJob) async {
        log(
            .notice, "a mail was dropped: its order has moved on",
            [("email", .id(job.id)), ("kind", .string(job.kind.rawValue))])
        await record(job) { () throws(PostgresFault) in
            _ = try await pool.run(
                SettlementStatements.dead(job.id, attempt: job.attempt, because: "the order has moved on"))
        }
    }

    /// Settles a mail that cannot go to its recipient, whatever the state of the outbox: the order's page then asks the
    /// buyer for another address.
    private func giveUp(_ job: EmailJob, _ reason: String) async {
        let fault = DeliveryFault(reason, isOurs: true)
        report(job, .dead, fault)
        await record(job) { () throws(PostgresFault) in
            _ = try await pool.run(SettlementStatements.dead(job.id, attempt: job.attempt, because: fault.reason))
        }
    }

    /// Records the outcome of a delivery, which decides together with the state of the outbox what follows.
    private func settle(_ job: EmailJob, _ delivery: Delivery) async -> EmailSchedule.Next {
        let random = UInt64.random(in: .min ... .max)
        let next = schedule.next(afterAttempt: job.attempt, delivery.outcome, random: random)
        var hold = EmailSettlement.HoldChange.none
        await record(job) { () throws(PostgresFault) in
            hold = try await store(job, delivery, next, random: random)
        }
        let isKept = next == .dead && hold != .none
        let actual = isKept ? .retry(after: schedule.pause(afterAttempt: job.attempt, random: random)) : next
        report(job, actual, delivery.fault, isHeld: hold == .stays)
        report(hold, delivery.fault)
        return actual
    }

    private func store(
        _ job: EmailJob, _ delivery: Delivery, _ next: EmailSchedule.Next, random: UInt64
    ) async throws(PostgresFault) -> EmailSettlement.HoldChange {
        let now = clock.now()
        switch (next, delivery.subject) {
        case (.sent, _): return try await pool.run(SettlementStatements.sent(job.id, at: now)).hold
        case (.retry(let pause), nil):
            _ = try await pool.run(
                SettlementStatements.postponed(
                    job.id, attempt: job.attempt, for: pause, because: delivery.fault?.reason, at: now))
            return .none
        case (.retry, _), (.dead, _):
            let refusal = EmailRefusal(
                subject: delivery.subject, isFinal: next == .dead,
                pause: schedule.pause(afterAttempt: job.attempt, random: random), reason: delivery.fault?.reason ?? "")
            return try await pool.run(
                SettlementStatements.refused(job.id, attempt: job.attempt, refusal, at: now)
            ).hold
        }
    }

    private func record(_ job: EmailJob, _ run: @Loop () async throws(PostgresFault) -> Void) async {
        do throws(PostgresFault) { try await run() } catch {
            log(
                .error, "a mail could not be settled",
                [("email", .string(job.id.description)), ("reason", .string(error.description))])
        }
    }

    /// Returns `nil` if this mail server cannot send to `recipient`.
    private func deliver(_ message: MailMessage, to recipient: EmailAddress) async -> Delivery? {
        guard let envelope = SMTPEnvelope(sender: sender, recipient: recipient, message: message.bytes) else {
            return Delivery(.postponed, DeliveryFault("the message is not fit to be sent", isOurs: true))
        }
        do throws(SMTPFault) {
            try await smtp.deliver(envelope)
            return Delivery(.accepted, nil)
        } catch {
            guard let outcome = DeliveryOutcome(error) else { return nil }
            let isOurs = outcome == .refused(.sender) || outcome == .refused(.unclear)
            return Delivery(outcome, DeliveryFault(error.description, isOurs: isOurs))
        }
    }

    /// - Parameter isHeld: whether the outbox was held already: then the alert has been raised.
    private func report(_ job: EmailJob, _ next: EmailSchedule.Next, _ fault: DeliveryFault?, isHeld: Bool = false) {
        let fields: [(String, JSONValue)] = [
            ("email", .id(job.id)), ("kind", .string(job.kind.rawValue)),
            ("attempt", .integer(Int64(job.attempt))), ("reason", (fault?.reason).map(JSONValue.string) ?? .null),
        ]
        switch next {
        case .sent: log(.info, "mail sent", fields)
        case .retry: log(fault?.isOurs == true && !isHeld ? .error : .warning, "mail postponed", fields)
        case .dead: log(.error, "mail given up", fields)
        }
    }

    private func report(_ hold: EmailSettlement.HoldChange, _ fault: DeliveryFault?) {
        switch hold {
        case .opened:
            log(
                .error, "the outbox is held: the mail server refuses our sender or several recipients in a row",
                [("reason", (fault?.reason).map(JSONValue.string) ?? .null)])
        case .closed: log(.notice, "the outbox is held no longer: a mail was accepted")
        case .none, .stays: break
        }
    }
}

/// The outcome of an attempt to send a mail.
private struct Delivery {
    let outcome: DeliveryOutcome
    let fault: DeliveryFault?

    init(_ outcome: DeliveryOutcome, _ fault: DeliveryFault?) {
        self.outcome = outcome
        self.fault = fault
    }

    /// Whom a refusal speaks of.
    var subject: RefusalSubject? {
        guard case .refused(let subject) = outcome else { return nil }
        return subject
    }
}

/// Why an attempt to send a mail failed.
private struct DeliveryFault {
    let reason: String
    /// Whether our settings, our data or our account may be at fault, so that a person must look.
    let isOurs: Bool

    init(_ reason: String, isOurs: Bool) {
        self.reason = reason
        self.isOurs = isOurs
    }
}

extension DeliveryOutcome {
    /// `nil` if nothing was refused, and nothing can be sent.
    fileprivate init?(_ fault: SMTPFault) {
        switch fault {
        case .needsSMTPUTF8: return nil
        case .permanent: self = .refused(.recipient)
        case .unclear: self = .refused(.unclear)
        case .misconfigured: self = .refused(.sender)
        case .transient: self = .postponed
        }
    }
}
