import EventLoop
import JSON
import Kernel
import Stripe

/// Goes through one of Stripe's lists from its oldest element to its newest.
///
/// Stripe gives lists newest first. So that the oldest is dealt with first, that memory stays bounded, and that a walk
/// which is broken off need not begin anew, the time is cut into slices of a few pages each; one that turns out too full
/// is cut down to what its newest pages reached back, and those after sparse ones grow again.
@Loop
struct BackfillCursor<Element: JSONReadable & Sendable> {
    /// Reads one page of a slice, newest first.
    let page: @Loop (TimeSlice, _ after: StripeID?) async throws(ReconciliationFault) -> Page<Element>
    /// An element's ID and when it was made.
    let place: (Element) -> (id: StripeID, created: Instant)
    /// What a slice turned out to hold.
    private enum Content {
        /// Its elements, oldest first.
        case whole([Element])
        /// Too many; so far back did as many go as it may hold.
        case tooFull(backTo: Instant)
        case timeIsUp
    }

    /// Elements of a slice beyond which it is cut.
    var sliceLimit = 300
    /// Elements that are handed over at once.
    var chunkSize = 50

    /// Goes from `start` to `end`, whole seconds both; answers the instant before which everything is dealt with.
    ///
    /// - Parameters:
    ///   - isTimeUp: asked before each page; when it says so, the walk ends where it is.
    ///   - reached: told after each slice how far the walk has come.
    ///   - deal: deals with elements, oldest first, and answers how many of them it came to.
    func callAsFunction(
        from start: Instant, to end: Instant, isTimeUp: @Loop () -> Bool,
        reached: @Loop (Instant) async throws(ReconciliationFault) -> Void,
        deal: @Loop ([Element]) async throws(ReconciliationFault) -> Int
    ) async throws(ReconciliationFault) -> Instant {
        var (start, seconds) = (start, max(1, end.unixSeconds - start.unixSeconds))
        while start < end {
            let slice = TimeSlice(from: start, to: min(end, start + .seconds(seconds)))
            switch try await content(of: slice, isTimeUp) {
            case .timeIsUp: return start
            case .tooFull(let oldest):
                let length = slice.end.unixSeconds - slice.start.unixSeconds
                seconds = max(1, min(length / 2, slice.end.unixSeconds - oldest.unixSeconds))
            case .whole(let elements):
                if let stop = try await handOver(elements, deal) { return max(start, stop) }
                start = slice.end
                try await reached(start)
                if elements.count < sliceLimit / 2 { seconds *= 2 }
            }
        }
        return start
    }

    private func content(
        of slice: TimeSlice, _ isTimeUp: @Loop () -> Bool
    ) async throws(ReconciliationFault) -> Content {
        let isSmallest = slice.end.unixSeconds - slice.start.unixSeconds <= 1
        var elements: [Element] = []
        var last: StripeID?
        repeat {
            if isTimeUp() { return .timeIsUp }
            if elements.count >= sliceLimit, !isSmallest, let oldest = elements.last {
                return .tooFull(backTo: place(oldest).created)
            }
            let page = try await page(slice, last)
            elements += page.elements
            last = page.hasMore ? page.elements.last.map { place($0).id } : nil
        } while last != nil
        return .whole(elements.reversed())
    }

    /// Hands elements over; answers when the first was made that was not dealt with.
    private func handOver(
        _ elements: [Element], _ deal: @Loop ([Element]) async throws(ReconciliationFault) -> Int
    ) async throws(ReconciliationFault) -> Instant? {
        var rest = elements[...]
        while !rest.isEmpty {
            let chunk = Array(rest.prefix(chunkSize))
            let done = try await deal(chunk)
            guard done == chunk.count else { return place(chunk[done]).created }
            rest = rest.dropFirst(chunk.count)
        }
        return nil
    }
}
