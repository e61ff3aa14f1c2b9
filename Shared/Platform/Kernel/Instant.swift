/// A point in time, in microseconds since 1970-01-01T00:00:00Z: the resolution of Postgres's `timestamptz`.
package struct Instant: Comparable, Hashable, Sendable {
    /// Microseconds since the Unix epoch.
    package let microseconds: Int64

    /// A point `microseconds` after the Unix epoch.
    package init(microseconds: Int64) { self.microseconds = microseconds }

    /// A point `unixSeconds` after the Unix epoch, as Stripe and JWT write times.
    ///
    /// Seconds beyond the range (some 292,000 years either way) become its nearest end.
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

    /// The point `duration` later.
    package static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds + duration.wholeMicroseconds)
    }

    /// The point `duration` earlier.
    package static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds - duration.wholeMicroseconds)
    }

    /// The time from `earlier` to `later`.
    package static func - (later: Instant, earlier: Instant) -> Duration {
        .microseconds(later.microseconds - earlier.microseconds)
    }
}

extension Duration {
    /// Whole microseconds, the rest cut off.
    package var wholeMicroseconds: Int64 {
        Int64(attoseconds / 1_000_000_000_000)
    }

    /// Whole milliseconds, the rest cut off.
    package var wholeMilliseconds: Int64 { wholeMicroseconds / 1_000 }
}
