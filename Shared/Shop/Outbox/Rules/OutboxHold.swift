package import Kernel

/// The outbox held: refusals speak of the sender, so mails wait and one at a time probes the server.
package struct OutboxHold: Equatable, Sendable {
    /// How many different recipients in a row must be refused for the sender to be at fault.
    ///
    /// A typing error is refused now and then, three in a row without one mail accepted between them hardly ever. The
    /// price of being wrong is small: the next mail probes within a minute and ends the hold.
    package static let recipients = 3

    /// Since when.
    package let since: Instant
    /// The server's last refusal.
    package let reason: String
    /// When the next mail may probe.
    package let nextProbe: Instant
    /// The number of mails that wait.
    package let waiting: Int64

    /// Creates a value.
    package init(since: Instant, reason: String, nextProbe: Instant, waiting: Int64) {
        self.since = since
        self.reason = reason
        self.nextProbe = nextProbe
        self.waiting = waiting
    }
}

/// What recording an attempt's outcome led to.
package struct EmailSettlement: Equatable, Sendable {
    /// What happened to the hold.
    package enum HoldChange: Equatable, Sendable {
        /// The outbox was not held and is not.
        case none
        /// This refusal holds the outbox.
        case opened
        /// The outbox was held already and still is.
        case stays
        /// This mail was accepted and ends the hold.
        case closed
    }

    /// Whether the outcome was recorded; not if the mail had been settled meanwhile.
    package let isRecorded: Bool
    /// What happened to the hold.
    package let hold: HoldChange

    /// Creates a value.
    package init(isRecorded: Bool, hold: HoldChange = .none) {
        self.isRecorded = isRecorded
        self.hold = hold
    }
}
