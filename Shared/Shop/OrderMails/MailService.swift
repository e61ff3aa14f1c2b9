package import Catalog
import EmailMessage
package import EventLoop
import JSON
package import Kernel
package import Licensing
package import Log
package import Outbox
package import Postgres

/// What sends mails about orders, wired together.
@Loop
package struct MailService {
    /// Sends one mail.
    package let sender: EmailSender
    /// Renders mails about orders.
    package let orders: OrderMails
    /// Sends what the outbox holds.
    package let worker: OutboxWorker
    private let log: Log

    /// A service without a connection to the mail server yet.
    ///
    /// - Parameter attemptTime: bounds one delivery attempt.
    package init(
        _ settings: MailSettings, keys: KeyRing, pool: Pool, catalog: CatalogCache, log: Log,
        clock: WallClock = .system, schedule: EmailSchedule = .standard, attemptTime: Duration = .seconds(30)
    ) {
        sender = EmailSender(
            settings.server, from: settings.sender.address, pool: pool, log: log, clock: clock, schedule: schedule,
            attemptTime: attemptTime)
        orders = OrderMails(
            pool: pool, catalog: catalog, renderer: EmailRenderer(settings, keys: keys), clock: clock)
        worker = OutboxWorker(pool: pool, sender: sender, renderers: [orders], clock: clock)
        self.log = log
    }

    /// Sends mails that the caller has leased; those that cannot be sent now are left to `email-retry`.
    package func send(_ mails: [EmailID]) async {
        do { try await worker.send(mails) } catch {
            log(.warning, "mails wait for the next round", [("reason", .string(error.description))])
        }
    }
}
