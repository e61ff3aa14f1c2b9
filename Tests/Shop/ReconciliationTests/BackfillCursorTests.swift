import EventLoop
import JSON
import Kernel
import Postgres
import Stripe
import Support
import Testing

@testable import Reconciliation

@Suite("A walk through a list")
struct BackfillCursorTests {
    private static let start = Instant(unixSeconds: 1_795_000_000)

    @Test(
        "comes to every element once, oldest first, however they lie in time",
        arguments: [
            [], [0], [99_999], Array(repeating: 50_000, count: 95), Array(0..<100), Array(99_900..<100_000),
            (0..<100).map { $0 * 997 }, (0..<60).map { 1 << ($0 / 4) } + Array(repeating: 7, count: 40),
        ])
    func everything(seconds: [Int]) async throws {
        try await onLoop {
            let list = FakeList(seconds.sorted())
            var seen: [String] = []
            let stop = try await list.walk()(
                from: BackfillCursorTests.start, to: BackfillCursorTests.start + .seconds(100_000), isTimeUp: { false },
                reached: { _ in },
                process: { charges in
                    seen += charges.map(\.id.text)
                    return charges.count
                })
            #expect(seen == list.all.map(\.id.text))
            #expect(stop == BackfillCursorTests.start + .seconds(100_000))
            #expect(list.largestPage <= 7)
        }
    }

    @Test("that is broken off goes on where it stopped, and misses nothing", arguments: [1, 3, 10, 29])
    func brokenOff(step: Int) async throws {
        try await onLoop {
            let list = FakeList((0..<60).map { $0 / 5 * 1_000 })
            var seen: [String] = []
            var (from, rounds) = (BackfillCursorTests.start, 0)
            let end = BackfillCursorTests.start + .seconds(100_000)
            while from < end, rounds < 100 {
                var left = step + 5
                from = try await list.walk()(
                    from: from, to: end, isTimeUp: { false }, reached: { _ in },
                    process: { charges in
                        let taken = charges.prefix(left)
                        left -= taken.count
                        seen += taken.map(\.id.text)
                        return taken.count
                    })
                rounds += 1
            }
            #expect(from == end)
            // What was made in the second at which it stopped comes again.
            #expect(Set(seen) == Set(list.all.map(\.id.text)))
            #expect(seen.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } } == list.all.map(\.id.text))
        }
    }

    @Test("ends where it is when its time is up, and says how far it came")
    func timeUp() async throws {
        try await onLoop {
            let list = FakeList(Array(0..<90))
            var (reached, calls) = ([Instant](), 0)
            let stop = try await list.walk()(
                from: BackfillCursorTests.start, to: BackfillCursorTests.start + .seconds(90),
                isTimeUp: {
                    calls += 1
                    return calls > 12
                }, reached: { reached.append($0) }, process: { $0.count })
            #expect(stop == reached.last)
            #expect(stop > BackfillCursorTests.start && stop < BackfillCursorTests.start + .seconds(90))
            #expect(reached == reached.sorted())
        }
    }

    @Test("ends with the fault that it meets")
    func fault() async throws {
        try await onLoop {
            let walk = BackfillCursor<Thing>(
                page: { _, _ throws(ReconciliationFault) in throw .database(.timedOut) },
                place: { ($0.id, $0.created) })
            await #expect(throws: ReconciliationFault.database(.timedOut)) {
                try await walk(
                    from: BackfillCursorTests.start, to: BackfillCursorTests.start + .seconds(1), isTimeUp: { false },
                    reached: { _ in }, process: { $0.count })
            }
        }
    }
}

private struct Thing: JSONReadable, Sendable {
    let id: StripeID
    let created: Instant

    init(id: StripeID, created: Instant) { (self.id, self.created) = (id, created) }

    init(json node: JSONNode) throws(MalformedDocument) { throw MalformedDocument(field: "") }
}

/// A list as Stripe keeps it: the newest first, a few on a page.
@Loop
private final class FakeList {
    let all: [Thing]
    private(set) var largestPage = 0

    /// One element for each of these seconds, which are sorted.
    init(_ seconds: [Int]) {
        all = seconds.enumerated().compactMap { index, second in
            StripeID("x_\(index)").map {
                Thing(id: $0, created: Instant(unixSeconds: 1_795_000_000) + .seconds(second))
            }
        }
    }

    func walk() -> BackfillCursor<Thing> {
        BackfillCursor(
            page: { [self] slice, last in
                var rest = all.filter { $0.created >= slice.start && $0.created < slice.end }.reversed()[...]
                if let last, let index = rest.firstIndex(where: { $0.id == last }) {
                    rest = rest[(rest.index(after: index))...]
                }
                let page = Array(rest.prefix(7))
                largestPage = max(largestPage, page.count)
                return Page(elements: page, hasMore: rest.count > 7)
            }, place: { ($0.id, $0.created) }, sliceLimit: 20, chunkSize: 6)
    }
}
