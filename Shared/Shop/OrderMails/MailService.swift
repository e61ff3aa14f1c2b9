package import Catalog
import EmailMessage
package import EventLoop
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
    }
}
