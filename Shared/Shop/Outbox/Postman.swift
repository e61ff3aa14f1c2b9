package import Commerce
import EmailMessage
package import EventLoop
import JSON
package import Kernel
package import Log
import Mail
import Outbound
package import Postgres
import Records

/// Sends letters and notes what became of each: the one place where a mail's state moves on.
@Loop
package final class Postman {
    /// How long a letter is nobody else's business: longer than an attempt can take.
    package nonisolated static let lease: Duration = .seconds(90)

    private let writer: LetterWriter
    private let smtp: SMTPClient
    private let sender: EmailAddress
    private let pool: Pool
    private let schedule: MailSchedule
    private let clock: WallClock
    private let log: Log

    /// A postman who is not connected yet; `attemptTime` bounds one attempt.
    package init(
        _ settings: MailSettings, writer: LetterWriter, pool: Pool, log: Log, clock: WallClock = .system,
        schedule: MailSchedule = .standard, attemptTime: Duration = .seconds(30)
    ) {
        self.writer = writer
        smtp = SMTPClient(settings.server, connectTimeout: attemptTime / 3, totalTimeout: attemptTime)
        sender = settings.sender.address
        self.pool = pool
        self.schedule = schedule
        self.clock = clock
        self.log = log
    }

    /// Sends `letter`, which the caller has leased, and settles its row; answers what became of it.
    ///
    /// Nothing is thrown: a letter that could not be settled keeps its lease and is tried again when that ends. A
    /// receiver may so get a mail twice, with the same Message-ID, and never not at all.
    @discardableResult
    package func send(_ letter: Letter, _ catalog: Catalog) async -> MailSchedule.Next {
        let (outcome, fault) = await attempt(letter, catalog)
        let next = schedule.next(afterAttempt: letter.attempt, outcome, random: .random(in: .min ... .max))
        report(letter, next, fault)
        await settle(letter.id, letter.attempt, next, error: fault?.reason)
        return next
    }

    /// Settles a letter that what happened since has made untrue: there is nothing to send.
    package func drop(_ letter: Letter) async {
        log(
            .notice, "a mail was dropped: its order has moved on",
            [("email", .string(letter.id.description)), ("kind", .string(letter.kind))])
        await settle(letter.id, letter.attempt, .dead, error: "the order has moved on")
    }

    /// Settles a mail that has no address to go to.
    func giveUp(_ mail: ClaimedMail) async {
        let reason = "its recipient is no address"
        log(
            .error, "mail given up",
            [
                ("email", .string(mail.id.description)), ("kind", .string(mail.kind)),
                ("attempt", .integer(Int64(mail.attempt))), ("reason", .string(reason)),
            ])
        await settle(mail.id, mail.attempt, .dead, error: reason)
    }

    private func settle(_ mail: EmailID, _ attempt: Int, _ next: MailSchedule.Next, error reason: String?) async {
        do {
            _ = try await pool.run(
                OutboxStatements.settle(mail, attempt: attempt, next, error: reason, at: clock.now()))
        } catch {
            log(
                .error, "a mail could not be settled",
                [("email", .string(mail.description)), ("reason", .string(error.description))])
        }
    }

    private func attempt(_ letter: Letter, _ catalog: Catalog) async -> (MailOutcome, MailFault?) {
        let message: MailMessage
        do throws(WritingFault) {
            message = try writer.message(letter, catalog)
        } catch {
            return (.postponed, MailFault(reason: error.description, isOurs: true))
        }
        guard let envelope = SMTPEnvelope(sender: sender, recipient: letter.recipient, message: message.bytes) else {
            return (.postponed, MailFault(reason: WritingFault.badMessage.description, isOurs: true))
        }
        do throws(SMTPFault) {
            try await smtp.deliver(envelope)
            return (.accepted, nil)
        } catch {
            let fault = MailFault(reason: error.description, isOurs: error.isMisconfigured)
            return (error.isWorthRetrying ? .postponed : .rejected, fault)
        }
    }

    private func report(_ letter: Letter, _ next: MailSchedule.Next, _ fault: MailFault?) {
        let fields: [(String, JSONValue)] = [
            ("email", .string(letter.id.description)), ("kind", .string(letter.kind)),
            ("attempt", .integer(Int64(letter.attempt))), ("reason", (fault?.reason).map(JSONValue.string) ?? .null),
        ]
        switch next {
        case .sent: log(.info, "mail sent", fields)
        case .retry: log(fault?.isOurs == true ? .error : .warning, "mail postponed", fields)
        case .dead: log(.error, "mail given up", fields)
        }
    }
}

/// Why an attempt to send a mail failed.
private struct MailFault {
    let reason: String
    /// Whether the settings or the data must be mended: no later attempt will mend them.
    let isOurs: Bool
}

extension SMTPFault {
    fileprivate var isMisconfigured: Bool {
        if case .misconfigured = self { return true }
        return false
    }
}
