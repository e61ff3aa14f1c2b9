/// A burst of requests, refilled at a steady rate over a window.
///
/// This is the generic cell rate algorithm (ITU-T I.371) with the whole quota as its tolerance: quota comes back
/// steadily, not all at once at the end of a window, and one stored time per caller is enough.
package struct RateLimitPolicy: Hashable, Sendable {
    /// The policy's name in header fields and settings: lower-case letters and dashes.
    package let name: String
    /// The maximum burst of requests.
    package let quota: Int
    /// The time in which an exhausted quota refills completely, in whole seconds.
    package let window: Duration
    /// The time in which one request refills: the window divided by the quota, rounded up to a microsecond.
    package let step: Duration

    /// Creates a policy; a quota below 1 counts as 1, and a window below a second as a second.
    package init(_ name: String, quota: Int, in window: Duration) {
        self.name = name
        self.quota = max(1, quota)
        self.window = .seconds(max(1, window.components.seconds))
        let (share, rest) = self.window.wholeMicroseconds.quotientAndRemainder(dividingBy: Int64(self.quota))
        step = .microseconds(share + (rest == 0 ? 0 : 1))
    }

    /// How far in the future the theoretical arrival time may be: all steps of the quota.
    package var span: Duration { step * quota }
}
