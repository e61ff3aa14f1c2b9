import EventLoop
import Kernel
import Orders
import Postgres
import Support
import Testing

@Suite("Refunds by line", .freshDatabase)
struct LineRefundTests {
    @Test(
        "a refund that names no line closes the one set of lines that it fits, or none",
        arguments: [
            // Of a single line it is a part, whatever it is.
            Case([4900], [], unnamed: [1250], back: [1250]),
            Case([4900, 1000], [], unnamed: [1000], back: [0, 1000]),
            Case([4900, 1000, 2000], [], unnamed: [3000], back: [0, 1000, 2000]),
            // Two sets cost as much.
            Case([1000, 2000, 3000], [], unnamed: [3000], back: [0, 0, 0]),
            Case([1000, 1000], [], unnamed: [1000], back: [0, 0]),
            Case([4900, 1000], [], unnamed: [900], back: [0, 0]),
            // All is all, however it came together.
            Case([1000, 1000], [], unnamed: [1000, 1000], back: [1000, 1000]),
            Case([1000, 2000], [400, 0], unnamed: [2600], back: [1000, 2000]),
            // What names its line comes first, and leaves less to fit.
            Case([1000, 2000, 3000], [0, 2000, 0], unnamed: [3000], back: [0, 2000, 3000]),
            Case([1000, 2000, 3000], [400, 0, 0], unnamed: [600], back: [1000, 0, 0]),
            // The only line left takes a part.
            Case([1000, 2000], [1000, 0], unnamed: [500], back: [1000, 500]),
            // A free line is in no set.
            Case([0, 1000, 2000], [], unnamed: [1000], back: [0, 1000, 0]),
            // The first that was made is looked at first.
            Case([1000, 2000, 3000], [], unnamed: [1000, 3000], back: [1000, 0, 3000]),
            Case([1000, 2000, 3000], [], unnamed: [3000, 1000], back: [1000, 0, 0]),
            // More than a line cost is no part of it.
            Case([1000, 2000, 4000], [1500, 0, 0], unnamed: [], back: [1000, 0, 0]),
        ])
    func cases(_ example: Case) async throws {
        try await withFixture { fixture in
            let found = try await back(example, fixture)
            #expect(found == example.back)
        }
    }

    @Test("seventeen lines are too many to look for a set: nothing is closed unless all is")
    func manyLines() async throws {
        try await withFixture { fixture in
            let totals = (0..<17).map { Int64(1) << Int64($0) }
            let some = try await back(Case(totals, [], unnamed: [5], back: []), fixture)
            #expect(some == totals.map { _ in 0 })
            let all = totals.reduce(0, +)
            let whole = try await back(Case(totals, [], unnamed: [all], back: []), fixture)
            #expect(whole == totals)
        }
    }

    @Test("three thousand random orders and refunds fall on the lines as an independent model says")
    func random() async throws {
        var random = SystemRandomNumberGenerator()
        var examples: [Case] = []
        for _ in 0..<3_000 {
            let totals = (0..<Int.random(in: 1...6, using: &random)).map { _ -> Int64 in
                [0, 500, 1000, 1000, 1500, 2000].randomElement(using: &random) ?? 0
            }
            let named = totals.map { (total: Int64) -> Int64 in
                Bool.random(using: &random) ? Int64.random(in: 0...(total + 100), using: &random) : 0
            }
            let unnamed = (0..<Int.random(in: 0...3, using: &random)).map { _ -> Int64 in
                [500, 1000, 1500, 2500, 7].randomElement(using: &random) ?? 0
            }
            examples.append(Case(totals, named, unnamed: unnamed, back: []))
        }
        let drawn = examples
        try await withFixture { fixture in
            for example in drawn {
                let found = try await back(example, fixture)
                #expect(found == example.modelled, "\(example)")
            }
        }
    }

    @Loop
    private func back(_ example: Case, _ fixture: Fixture) async throws(PostgresFault) -> [Int64] {
        let named = example.totals.indices.map { example.named.isEmpty ? 0 : example.named[$0] }
        return try await fixture.pool.run(
            .row(
                """
                SELECT refunds_by_line(\(example.totals)::bigint[], \(named)::bigint[], \(example.unnamed)::bigint[],
                    \(example.refunded))
                """
            ) { row throws(PostgresFault) in try row.integers(0) })
    }
}

/// What lines cost, what refunds say of them, and what is to go back of each.
struct Case: Sendable, CustomTestStringConvertible {
    let totals: [Int64]
    let named: [Int64]
    let unnamed: [Int64]
    let back: [Int64]

    init(_ totals: [Int64], _ named: [Int64], unnamed: [Int64], back: [Int64]) {
        self.totals = totals
        self.named = named
        self.unnamed = unnamed
        self.back = back
    }

    var refunded: Int64 { named.reduce(0, +) + unnamed.reduce(0, +) }

    var testDescription: String { "\(totals), named \(named), unnamed \(unnamed)" }

    /// What the model of a payment says, which shares no code with the statement.
    var modelled: [Int64] {
        var facts = PaymentFacts()
        for (index, amount) in named.enumerated() where amount > 0 {
            facts.learn(
                .refund(
                    id: "re_named_\(index)", amount: amount, .succeeded, at: Instant(unixSeconds: 1),
                    lines: RefundLines([RefundLines.Share(line: index + 1, amount: amount)])))
        }
        for (index, amount) in unnamed.enumerated() {
            facts.learn(
                .refund(
                    id: "re_\(index)", amount: amount, .succeeded, at: Instant(unixSeconds: 2),
                    madeAt: Instant(unixSeconds: Int64(10 + index))))
        }
        return facts.refunded(ofLines: totals)
    }
}
