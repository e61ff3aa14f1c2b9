import Audit
import EventLoop
import Kernel
import Postgres
import Support
import Testing

@Suite("Sealing while others write", .freshDatabase)
struct ConcurrentSealingTests {
    @Test("a row whose transaction is open holds back the seal of those behind it")
    func openWriter() async throws {
        try await withSampleLog { log in
            let waited = try await log.withConnection { writer throws(PostgresFault) in
                try await writer.execute(script: "BEGIN")
                _ = try await writer.run(AuditStatements.record(.sample("order.paid")))
                _ = try await log.pool.run(AuditStatements.record(.sample("order.refunded")))
                let fault = await faultOfSealing(log)
                try await writer.execute(script: "COMMIT")
                return fault
            }
            #expect(waited?.state == "55P03")
            #expect(waited?.isTransient == true)
            let seals = try await log.seal()
            #expect(seals.map(\.rowCount) == [2])
            let report = try await log.verify()
            #expect(report.faults == [])
        }
    }

    @Test("a transaction that was rolled back leaves a gap and no fault")
    func rolledBack() async throws {
        try await withSampleLog { log in
            for end in ["ROLLBACK", "COMMIT", "ROLLBACK"] {
                try await log.withConnection { writer throws(PostgresFault) in
                    try await writer.execute(script: "BEGIN")
                    _ = try await writer.run(AuditStatements.record(.sample("order.paid")))
                    try await writer.execute(script: end)
                }
            }
            let seals = try await log.seal()
            #expect(seals.map(\.firstID) == [1])
            #expect(seals.map(\.lastID) == [2])
            try await log.write(1)
            let next = try await log.seal()
            #expect(next.map(\.firstID) == [3])
            #expect(next.map(\.lastID) == [4])
            let report = try await log.verify()
            #expect(report.faults == [])
        }
    }

    @Test("a sealer whose transaction goes on holds up no writer, only the next sealer")
    func barrier() async throws {
        try await withSampleLog { log in
            try await log.write(5)
            let second = try await log.withConnection { sealer throws(PostgresFault) in
                try await sealer.execute(script: "BEGIN")
                let seal = try await sealer.run(AuditStatements.seal(limit: 3))
                #expect(seal?.lastID == 3)
                try await sealer.execute(script: "SAVEPOINT s")
                try await log.withImpatientConnection { writer throws(PostgresFault) in
                    _ = try await writer.run(AuditStatements.record(.sample("order.paid")))
                }
                let fault = await faultOfSealing(log)
                try await sealer.execute(script: "COMMIT")
                return fault
            }
            #expect(second?.state == "55P03")
            let rest = try await log.seal()
            #expect(rest.map(\.id) == [2])
            let report = try await log.verify()
            #expect(report.faults == [])
            #expect(report.sealedRows == 6)
        }
    }

    @Test("with nothing to seal no one waits, not even for an open writer")
    func idle() async throws {
        try await withSampleLog { log in
            try await log.write(2)
            try await log.seal()
            try await log.withConnection { writer throws(PostgresFault) in
                try await writer.execute(script: "BEGIN")
                _ = try await writer.run(AuditStatements.record(.sample("order.paid")))
                let fault = await faultOfSealing(log)
                #expect(fault == nil)
            }
        }
    }

    @Test(
        "a transaction with an older picture of the log cannot seal it", arguments: ["REPEATABLE READ", "SERIALIZABLE"])
    func isolation(level: String) async throws {
        try await withSampleLog { log in
            try await log.write(1)
            let fault = await #expect(throws: PostgresFault.self) {
                try await log.execute("BEGIN ISOLATION LEVEL \(level); SELECT audit_seal(10); COMMIT")
            }
            #expect(fault?.state == "25000")
        }
    }

    @Test("an ID that was never drawn does not close the range of those to come")
    func farAhead() async throws {
        try await withSampleLog { log in
            try await log.execute(
                """
                INSERT INTO audit_log (id, actor, action) OVERRIDING SYSTEM VALUE VALUES (9000000000000000000, 'x', 'x')
                """)
            try await log.write(3)
            let seals = try await log.seal()
            #expect(seals.map(\.lastID) == [3])
            try await log.write(1)
            let next = try await log.seal()
            #expect(next.map(\.lastID) == [4])
            let report = try await log.verify()
            #expect(report.faults == [])
            #expect(report.unsealed.count == 1)
        }
    }

    @Test("sealers at once make one chain")
    func sealers() async throws {
        try await withSampleLog(poolSize: 8) { log in
            try await log.write(100)
            let sealers = (0..<8).map { _ in
                Loop.start { await settled { () throws(PostgresFault) in try await sealAll(log) } }
            }
            var made = 0
            for sealer in sealers { made += try await sealer.value.get() }
            let report = try await log.verify()
            #expect(report.faults == [])
            #expect(report.sealedRows == 100)
            #expect(report.seals == Int64(made))
        }
    }

    @Test("no row is lost from a sealed range or appears in one, however many write at once")
    func manyWriters() async throws {
        try await withSampleLog { log in
            let work = Work()
            let writers = (0..<24).map { seed in
                Loop.start { await settled { () throws(PostgresFault) in try await write(log, work, seed: seed) } }
            }
            let sealer = Loop.start { await settled { () throws(PostgresFault) in try await seal(log, work) } }
            var committed = 0
            for writer in writers { committed += try await writer.value.get() }
            work.isWritten = true
            try await sealer.value.get()
            try await log.seal()
            let report = try await log.verify()
            #expect(report.faults == [])
            #expect(report.sealedRows == Int64(committed))
            #expect(report.unsealed.count == 0)
        }
    }
}

/// How far writers and sealer have come.
@Loop
private final class Work {
    var isWritten = false
    var isSealed = false
}

/// What comes of `body`.
@Loop
private func settled<Value>(
    _ body: @Loop () async throws(PostgresFault) -> Value
) async -> Result<Value, PostgresFault> {
    do throws(PostgresFault) { return .success(try await body()) } catch { return .failure(error) }
}

/// Writes rows in small transactions, some of several rows and some that are rolled back, at least until some seals were
/// made; answers how many rows stay.
@Loop
private func write(_ log: SampleLog, _ work: Work, seed: Int) async throws(PostgresFault) -> Int {
    let connection = try await Connection.open(log.settings)
    defer { connection.close() }
    var (committed, round) = (0, 0)
    while round < 40 || !work.isSealed {
        let rows = (seed + round) % 3 + 1
        let isKept = (seed * 7 + round) % 5 != 0
        try await connection.execute(script: "BEGIN")
        for row in 0..<rows { _ = try await connection.run(AuditStatements.record(.sample("order.refunded", row))) }
        try await connection.execute(script: isKept ? "COMMIT" : "ROLLBACK")
        if isKept { committed += rows }
        round += 1
    }
    return committed
}

/// Seals as long as there are writers, in small batches.
@Loop
private func seal(_ log: SampleLog, _ work: Work) async throws(PostgresFault) {
    defer { work.isSealed = true }
    var made = 0
    while !work.isWritten {
        do throws(PostgresFault) {
            if try await log.pool.run(AuditStatements.seal(limit: 20)) != nil { made += 1 }
        } catch .server("55P03", _, _) {
            // The writers took longer than a seal may wait; the next try is as good.
        }
        if made == 5 { work.isSealed = true }
    }
}

/// Seals until there is nothing left; answers how many seals it made.
@Loop
private func sealAll(_ log: SampleLog) async throws(PostgresFault) -> Int {
    var made = 0
    while true {
        do throws(PostgresFault) {
            guard try await log.pool.run(AuditStatements.seal(limit: 7)) != nil else { return made }
            made += 1
        } catch .server("55P03", _, _) {
            // Another sealer's turn.
        }
    }
}

@Loop
private func faultOfSealing(_ log: SampleLog) async -> PostgresFault? {
    do throws(PostgresFault) { _ = try await log.pool.run(AuditStatements.seal()) } catch { return error }
    return nil
}

extension SampleLog {
    /// A connection that gives up when it must wait for a lock.
    fileprivate func withImpatientConnection(
        _ body: @Loop (Connection) async throws(PostgresFault) -> Void
    ) async throws(PostgresFault) {
        let connection = try await Connection.open(settings)
        defer { connection.close() }
        try await connection.execute(script: "SET lock_timeout TO '5s'")
        try await body(connection)
    }
}
