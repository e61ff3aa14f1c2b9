import Glibc

/// The source of the current time, which tests replace.
package struct WallClock: Sendable {
    /// Returns the current time.
    package let now: @Sendable () -> Instant

    /// Creates a clock from a function that returns the time.
    package init(now: @escaping @Sendable () -> Instant) { self.now = now }

    /// The machine's real-time clock.
    package static let system = WallClock {
        var time = timespec()
        // Cannot fail for CLOCK_REALTIME with a valid pointer (clock_gettime(3)).
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}
