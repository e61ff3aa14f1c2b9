import EventLoop
import JSON
import Kernel
import Stripe

/// Reads one of Stripe's lists from its oldest element to its newest.
///
/// Stripe returns lists newest first. To process the oldest first, in bounded memory, and to be able to resume after an
/// interruption, the time range is cut into slices of a few pages each. A slice with too many elements is cut down to
/// the range that its newest pages covered; slices after sparse ones grow again.
@Loop
struct BackfillCursor<Element: JSONReadable & Sendable> {
    /// Reads one page of a slice, newest first.
    let page: @Loop (TimeSlice, _ after: StripeID?) async throws(ReconciliationFault) -> Page<Element>
    /// Returns an element's ID, `nil` if it has none that can be read, and its creation time.
    let place: (Element) -> (id: StripeID?, created: Instant)
    /// The content of a slice.
    private enum Content {
        /// All its elements, oldest first.
        case whole([Element])
        /// Too many elements; the maximum number of them reaches back this far.
        case tooFull(backTo: Instant)
        case timeIsUp
    }

    /// The maximum number of elements in a slice; a slice with more is cut.
    var sliceLimit = 300
    /// The maximum number of elements processed at once.
    var chunkSize = 50

    /// Reads from `start` to `end`, both whole seconds; returns the instant before which everything has been processed.
    ///
    /// - Parameters:
    ///   - isTimeUp: called before each page; if it returns true, the backfill stops there.
    ///   - reached: called after each slice with the instant reached.
    ///   - process: processes elements, oldest first, and returns how many it got to.
    func callAsFunction(
        from start: Instant, to end: Instant, isTimeUp: @Loop () -> Bool,
        reached: @Loop (Instant) async throws(ReconciliationFault) -> Void,
        process: @Loop ([Element]) async throws(ReconciliationFault) -> Int
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
                if let stop = try await processInChunks(elements, process) { return max(start, stop) }
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
            last = page.hasMore ? page.elements.reversed().lazy.compactMap { place($0).id }.first : nil
        } while last != nil
        return .whole(elements.reversed())
    }

    /// Processes elements in chunks; returns the creation time of the first that was not processed, or `nil`.
    private func processInChunks(
        _ elements: [Element], _ process: @Loop ([Element]) async throws(ReconciliationFault) -> Int
    ) async throws(ReconciliationFault) -> Instant? {
        var rest = elements[...]
        while !rest.isEmpty {
            let chunk = Array(rest.prefix(chunkSize))
            let done = try await process(chunk)
            guard done == chunk.count else { return place(chunk[done]).created }
            rest = rest.dropFirst(chunk.count)
        }
        return nil
    }
}
