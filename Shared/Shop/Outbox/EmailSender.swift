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
            await giveUp(job)
            return .dead
        }
        let (outcome, fault): (DeliveryOutcome, DeliveryFault?)
        switch email {
        case .message(let message): (outcome, fault) = await deliver(message, to: recipient)
        case .failed(let reason): (outcome, fault) = (.postponed, DeliveryFault(reason: reason, isOurs: true))
        case .outdated:
            await drop(job)
            return nil
        }
        let next = schedule.next(afterAttempt: job.attempt, outcome, random: .random(in: .min ... .max))
        report(job, next, fault)
        await settle(job.id, job.attempt, next, error: fault?.reason)
        return next
    }

    private func drop(_ job: EmailJob) async {
        log(
            .notice, "a mail was dropped: its order has moved on",
            [("email", .id(job.id)), ("kind", .string(job.kind.rawValue))])
        await settle(job.id, job.attempt, .dead, error: "the order has moved on")
    }

    /// Settles a mail whose recipient is not a valid address.
    private func giveUp(_ job: EmailJob) async {
        let fault = DeliveryFault(reason: "its recipient is no address", isOurs: true)
        report(job, .dead, fault)
        await settle(job.id, job.attempt, .dead, error: fault.reason)
    }

    private func settle(_ mail: EmailID, _ attempt: Int, _ next: EmailSchedule.Next, error reason: String?) async {
        do {
            _ = try await pool.run(
                OutboxStatements.settle(mail, attempt: attempt, next, error: reason, at: clock.now()))
        } catch {
            log(
                .error, "a mail could not be settled",
                [("email", .id(mail)), ("reason", .string(error.description))])
        }
    }

    private func deliver(
        _ message: MailMessage, to recipient: EmailAddress
    ) async -> (DeliveryOutcome, DeliveryFault?) {
        guard let envelope = SMTPEnvelope(sender: sender, recipient: recipient, message: message.bytes) else {
            return (.postponed, DeliveryFault(reason: "the message is not fit to be sent", isOurs: true))
        }
        do throws(SMTPFault) {
            try await smtp.deliver(envelope)
            return (.accepted, nil)
        } catch {
            let fault = DeliveryFault(reason: error.description, isOurs: error.isMisconfigured)
            return (error.isWorthRetrying ? .postponed : .rejected, fault)
        }
    }

    private func report(_ job: EmailJob, _ next: EmailSchedule.Next, _ fault: DeliveryFault?) {
        let fields: [(String, JSONValue)] = [
            ("email", .id(job.id)), ("kind", .string(job.kind.rawValue)),
            ("attempt", .integer(Int64(job.attempt))), ("reason", (fault?.reason).map(JSONValue.string) ?? .null),
        ]
        switch next {
        case .sent: log(.info, "mail sent", fields)
        case .retry: log(fault?.isOurs == true ? .error : .warning, "mail postponed", fields)
        case .dead: log(.error, "mail given up", fields)
        }
    }
}

/// Why an attempt to send a mail failed.
private struct DeliveryFault {
    let reason: String
    /// Whether our settings or data are at fault, so that no later attempt helps until they are fixed.
    let isOurs: Bool
}

extension SMTPFault {
    fileprivate var isMisconfigured: Bool {
        if case .misconfigured = self { return true }
        return false
    }
}
