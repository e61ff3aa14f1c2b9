import Glibc

/// Where «now» comes from, so that a test can say what time it is.
package struct WallClock: Sendable {
    /// The present instant.
    package let now: @Sendable () -> Instant

    /// A clock that answers what `now` says.
    package init(now: @escaping @Sendable () -> Instant) { self.now = now }

    /// The machine's real-time clock.
    package static let system = WallClock {
        var time = timespec()
        // Cannot fail for CLOCK_REALTIME with a valid pointer (clock_gettime(3)).
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}
