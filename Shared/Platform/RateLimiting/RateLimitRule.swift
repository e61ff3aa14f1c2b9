package import Kernel

/// The rate limits, one case for each route and kind of subject; a new route needs a case and a row below.
package enum RateLimitRule: String, CaseIterable, Sendable {
    /// `POST /checkout`, by client address.
    case checkoutAddress = "checkout-address"
    /// `GET|HEAD /download/…`, page and files, by client address.
    case downloadAddress = "download-address"
    /// The same, by the link.
    case downloadLink = "download-link"
    /// `GET /orders/{session}`, by client address.
    case orderAddress = "order-address"
    /// The same, by the session.
    case orderSession = "order-session"
    /// `POST /orders/resend`, by client address.
    case resendAddress = "resend-address"
    /// The same, by the e-mail address in the request, whoever sends it and whether or not it bought anything.
    case resendMailbox = "resend-mailbox"
    /// Deliveries to `/webhooks/stripe` that are not Stripe's, by client address; others are not counted.
    case webhookFailure = "webhook-failure"

    /// The default policy.
    ///
    /// An address may be a whole office or a mobile network's gateway, so limits by address leave room for many people
    /// at once; a link, session or mailbox belongs to one buyer, and its limit leaves room for impatience.
    package var standard: RateLimitPolicy {
        switch self {
        // Each request writes an order and creates a session at Stripe, which allows an account 100 calls a second in
        // total.
        case .checkoutAddress: row(30, .seconds(60))
        // Some hundred people behind one address on release day; a page and two files are three requests.
        case .downloadAddress: row(240, .seconds(60))
        // Mail scanners request a link several times, and download managers once per part; the link itself ends by its
        // own count of uses.
        case .downloadLink: row(60, .seconds(60))
        // A page waiting for a payment reloads every five seconds, twelve times a minute for each buyer.
        case .orderAddress: row(120, .seconds(60))
        case .orderSession: row(60, .seconds(60))
        // A customer gets at most one such mail in ten minutes anyway; these two limit how many mails a client can
        // request.
        case .resendAddress: row(30, .seconds(600))
        case .resendMailbox: row(30, .seconds(3600))
        // Stripe's own deliveries fail only while a signing secret is wrong, and are resent for days.
        case .webhookFailure: row(30, .seconds(60))
        }
    }

    private func row(_ quota: Int, _ window: Duration) -> RateLimitPolicy {
        RateLimitPolicy(rawValue, quota: quota, in: window)
    }
}
