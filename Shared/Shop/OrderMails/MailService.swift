package import Catalog
import EmailMessage
package import EventLoop
import JSON
package import Kernel
package import Licensing
package import Log
package import Outbox
package import Postgres

/// The services that send order mails, wired together.
@Loop
package struct MailService {
    /// Sends one mail.
    package let sender: EmailSender
    /// Renders order mails.
    package let orders: OrderMails
    /// Sends the mails in the outbox.
    package let worker: OutboxWorker
    private let log: Log

    /// Creates the service, not yet connected to the mail server.
    ///
    /// - Parameter attemptTime: the timeout of one delivery attempt.
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
