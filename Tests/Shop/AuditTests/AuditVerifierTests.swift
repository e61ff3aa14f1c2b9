import Crypto
import Kernel
import Testing

@testable import Audit

@Suite("Audit verifier")
struct AuditVerifierTests {
    /// Six rows with a gap between them (4 was rolled back), in three seals.
    private let chain = SampleChain([[1, 2], [3, 5], [6, 7]])

    @Test("finds nothing where nothing was changed")
    func intact() {
        let report = chain.check()
        #expect(report.faults == [])
        #expect(report.seals == 3)
        #expect(report.sealedRows == 6)
        #expect(report.head?.seal == 3)
        #expect(report.head?.hash == chain.seals[2].hash)
    }

    @Test("an empty log has no head and no fault")
    func empty() {
        let report = SampleChain([]).check()
        #expect(report.head == nil)
        #expect(report.faultCount == 0)
    }

    @Test(
        "says which row or seal is at fault, and nothing that merely follows from it",
        arguments: [
            (Harm("change a row") { $0.rows[2] = $0.rows[2].altered }, [AuditFault.rowChanged(3, seal: 2)]),
            (Harm("remove a row") { $0.rows.remove(at: 3) }, [.rowMissing(5, seal: 2)]),
            (Harm("add a row in a gap") { $0.rows.insert(.sample(4), at: 3) }, [.rowAdded(4, seal: 2)]),
            (Harm("add a row in front") { $0.rows.insert(.sample(0), at: 0) }, [.rowAdded(0, seal: 1)]),
            (
                Harm("put one in another's place") { $0.rows[3] = .sample(4) },
                [.rowAdded(4, seal: 2), .rowMissing(5, seal: 2)]
            ),
            (Harm("remove a seal") { $0.seals.remove(at: 1) }, [.sealsMissing(2...2)]),
            (Harm("remove the first seals") { $0.seals.removeFirst(2) }, [.sealsMissing(1...2)]),
            (Harm("change a hash") { $0.seals[1] = $0.seals[1].with(hash: zeros) }, [.sealChanged(2)]),
            (Harm("change a time") { $0.seals[1] = $0.seals[1].with(sealedAt: 9) }, [.sealChanged(2)]),
            (Harm("cut a seal") { $0.seals[1] = $0.seals[1].with(digests: [1, 2, 3]) }, cut),
            (Harm("renumber a row in its seal") { $0.seals[1] = $0.seals[1].renumbered }, renumbered),
            (Harm("make a seal anew") { $0.seals[1] = $0.seals[1].with(sealedAt: 9).rehashed }, [.chainBroken(3)]),
            (Harm("make a row and its seal anew") { $0.remake(1) }, [.chainBroken(3)]),
            (
                Harm("begin elsewhere") { $0.seals[0] = $0.seals[0].with(previousHash: SHA256.hash([1])).rehashed },
                [.chainBroken(1), .chainBroken(2)]
            ),
            (Harm("end far away") { $0.seals[2] = $0.seals[2].with(lastID: .max).rehashed }, []),
            (Harm("leave a range open") { $0.seals[2] = $0.seals[2].with(firstID: 7).rehashed }, [.chainBroken(3)]),
        ])
    func harmed(harm: Harm, faults: [AuditFault]) {
        var chain = chain
        harm.apply(&chain)
        let report = chain.check()
        #expect(report.faults == faults, "\(harm)")
        #expect(report.faultCount == Int64(faults.count))
    }

    private static let cut: [AuditFault] = [
        .sealChanged(2), .rowAdded(3, seal: 2), .rowAdded(5, seal: 2),
    ]
    private static let renumbered: [AuditFault] = [
        .sealChanged(2), .rowAdded(3, seal: 2), .rowMissing(4, seal: 2),
    ]

    @Test("rows where a seal is missing are counted as unchecked, not called added")
    func unchecked() {
        var chain = chain
        chain.seals.remove(at: 1)
        #expect(chain.check().uncheckedRows == 2)
    }

    @Test("a head that was kept is found at any place of the chain")
    func head() {
        for seal in chain.seals {
            let report = chain.check(expecting: seal.hash)
            #expect(report.faults == [])
            #expect(report.expectedHeadSeal == seal.id)
        }
    }

    @Test(
        "a kept head tells of a log that is whole in itself: made anew, cut off at its end, or another's",
        arguments: [
            Harm("make all anew") { $0.remakeAll(from: 1) }, Harm("cut the end off") { $0.seals.removeLast() },
            Harm("take everything away") { $0 = SampleChain([]) },
        ])
    func headMissing(harm: Harm) {
        let head = chain.seals[2].hash
        var chain = chain
        harm.apply(&chain)
        #expect(chain.check().faults == [], "\(harm)")
        #expect(chain.check(expecting: head).faults == [.headMissing(head)], "\(harm)")
    }

    @Test("of a log that is wholly broken the first faults are kept and all are counted")
    func bounded() {
        var chain = SampleChain([Array(1...500)])
        chain.rows = []
        let report = chain.check()
        #expect(report.faultCount == 500)
        #expect(report.faults.count == AuditReport.keptFaults)
        #expect(report.faults.first == .rowMissing(1, seal: 1))
    }

    @Test("rows are overdue when the oldest has waited for more than an hour")
    func overdue() {
        let report = chain.check(waiting: UnsealedEntries(count: 1, oldest: Instant(unixSeconds: 0)))
        #expect(!report.isOverdue(at: Instant(unixSeconds: 3_600)))
        #expect(report.isOverdue(at: Instant(unixSeconds: 3_601)))
        #expect(!chain.check().isOverdue(at: Instant(unixSeconds: 3_601)))
    }
}
