/// A point in time, in microseconds since 1970-01-01T00:00:00Z: the resolution of Postgres's `timestamptz`.
package struct Instant: Comparable, Hashable, Sendable {
    /// Microseconds since the Unix epoch.
    package let microseconds: Int64

    /// Creates an instant from microseconds since the Unix epoch.
    package init(microseconds: Int64) { self.microseconds = microseconds }

    /// Creates an instant from Unix seconds, the form in which Stripe and JWT write times.
    ///
    /// Seconds out of range (some 292,000 years either way) are clamped.
    package init(unixSeconds: Int64) {
        let limit = Int64.max / 1_000_000
        microseconds = min(max(unixSeconds, -limit), limit) * 1_000_000
    }

    /// Whole seconds since the Unix epoch, rounded down.
    package var unixSeconds: Int64 {
        microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
    }

    /// Whole milliseconds since the Unix epoch, rounded down.
    package var unixMilliseconds: Int64 { microseconds >= 0 ? microseconds / 1_000 : (microseconds - 999) / 1_000 }

    package static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }

    /// Returns the instant `duration` later.
    package static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds + duration.wholeMicroseconds)
    }

    /// Returns the instant `duration` earlier.
    package static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds - duration.wholeMicroseconds)
    }

    /// Returns the time from `earlier` to `later`.
    package static func - (later: Instant, earlier: Instant) -> Duration {
        .microseconds(later.microseconds - earlier.microseconds)
    }
}

extension Duration {
    /// Whole microseconds, truncated.
    package var wholeMicroseconds: Int64 {
        Int64(attoseconds / 1_000_000_000_000)
    }

    /// Whole milliseconds, truncated.
    package var wholeMilliseconds: Int64 { wholeMicroseconds / 1_000 }
}
