package import Kernel

/// What is limited, one case for each path and kind of caller: one more path is one more case and its row below.
package enum RateLimitRule: String, CaseIterable, Sendable {
    /// `POST /checkout`, by the caller's address.
    case checkoutAddress = "checkout-address"
    /// `GET|HEAD /download/…`, page and files, by the caller's address.
    case downloadAddress = "download-address"
    /// The same, by the link.
    case downloadLink = "download-link"
    /// `GET /orders/{session}`, by the caller's address.
    case orderAddress = "order-address"
    /// The same, by the session.
    case orderSession = "order-session"
    /// `POST /orders/resend`, by the caller's address.
    case resendAddress = "resend-address"
    /// The same, by the e-mail address that is asked for, whoever asks and whether or not it bought anything.
    case resendMailbox = "resend-mailbox"
    /// Deliveries to `/webhooks/stripe` that are not Stripe's, by the caller's address; others are not counted.
    case webhookFailure = "webhook-failure"

    /// The row that holds unless the seller sets another.
    ///
    /// An address may be a whole office or a mobile network's exit, so what is counted by address leaves room for many
    /// people at once; what is counted by link, session or mailbox belongs to one buyer and leaves room for impatience.
    package var standard: RateLimitPolicy {
        switch self {
        // Each one writes an order and asks Stripe for a session, which allows an account 100 calls a second in all.
        case .checkoutAddress: row(30, .seconds(60))
        // Some hundred people behind one address on the day of a release; a page and two files are three.
        case .downloadAddress: row(240, .seconds(60))
        // Mail scanners look several times, download managers ask again with each part; the link's own count of uses
        // is what ends it.
        case .downloadLink: row(60, .seconds(60))
        // A page that waits for a payment loads itself every five seconds, twelve in a minute for each buyer.
        case .orderAddress: row(120, .seconds(60))
        case .orderSession: row(60, .seconds(60))
        // Of a mail to the same customer there is one in ten minutes anyway; these two bound who asks for how many.
        case .resendAddress: row(30, .seconds(600))
        case .resendMailbox: row(30, .seconds(3600))
        // Stripe's own deliveries fail only while a signing secret is wrong, and are sent again for days.
        case .webhookFailure: row(30, .seconds(60))
        }
    }

    private func row(_ quota: Int, _ window: Duration) -> RateLimitPolicy {
        RateLimitPolicy(rawValue, quota: quota, in: window)
    }
}
