/// So many requests at once, and after that one more each time a share of the window has gone by.
///
/// This is the generic cell rate algorithm (ITU-T I.371) with the whole quota as its tolerance: what is left comes back
/// steadily, not all at the end of a window, and one time per caller is all that must be kept.
package struct RateLimitPolicy: Hashable, Sendable {
    /// What programs call it: lower-case letters and dashes.
    package let name: String
    /// How many requests may come at once.
    package let quota: Int
    /// The time in which a quota that was used up is whole again, in whole seconds.
    package let window: Duration
    /// The time in which one request comes back: the window's share, rounded up to a microsecond.
    package let step: Duration

    /// A policy; a quota below 1 is taken for 1 and a window below a second for a second.
    package init(_ name: String, quota: Int, in window: Duration) {
        self.name = name
        self.quota = max(1, quota)
        self.window = .seconds(max(1, window.components.seconds))
        let (share, rest) = self.window.wholeMicroseconds.quotientAndRemainder(dividingBy: Int64(self.quota))
        step = .microseconds(share + (rest == 0 ? 0 : 1))
    }

    /// How far ahead of the present the theoretical arrival time may lie: all steps of the quota.
    package var span: Duration { step * quota }
}
