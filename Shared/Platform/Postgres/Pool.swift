package import EventLoop
import JSON
import Kernel
package import Log

/// A pool of connections shared by a process's requests, with a bounded queue.
///
/// Connections are opened on demand and, after the database was lost, reopened with increasing delays. A call that
/// finds the queue full is refused at once: waiting longer than its own caller does is pointless.
@Loop
package final class Pool {
    private let settings: DatabaseSettings
    private let log: Log
    private var idle: [Connection] = []
    private var open: [ObjectIdentifier: Connection] = [:]
    private var opening = 0
    private var failures = 0
    private var waiters: [Waiter] = []
    private var patience: Timer?
    private var isClosed = false

    /// Creates a pool without connections.
    package nonisolated init(_ settings: DatabaseSettings, log: Log) {
        self.settings = settings
        self.log = log
    }

    /// Runs one statement in one round trip; repeats it once if it lost a deadlock.
    package func run<Output>(_ statement: Statement<Output>) async throws(PostgresFault) -> Output {
        let connection = try await acquire()
        defer { release(connection) }
        do throws(PostgresFault) { return try await connection.run(statement) } catch {
            guard error.isRolledBack else { throw error }
            return try await connection.run(statement)
        }
    }

    /// Runs two statements as one transaction in one round trip; repeats both once if they lost a deadlock.
    package func run<First, Second>(
        _ first: Statement<First>, _ second: Statement<Second>
    ) async throws(PostgresFault) -> (First, Second) {
        let connection = try await acquire()
        defer { release(connection) }
        do throws(PostgresFault) { return try await connection.run(first, second) } catch {
            guard error.isRolledBack else { throw error }
            return try await connection.run(first, second)
        }
    }

    /// Runs three statements as one transaction in one round trip; repeats all once if they lost a deadlock.
    package func run<First, Second, Third>(
        _ first: Statement<First>, _ second: Statement<Second>, _ third: Statement<Third>
    ) async throws(PostgresFault) -> (First, Second, Third) {
        let connection = try await acquire()
        defer { release(connection) }
        do throws(PostgresFault) { return try await connection.run(first, second, third) } catch {
            guard error.isRolledBack else { throw error }
            return try await connection.run(first, second, third)
        }
    }

    /// Starts opening a first connection, so that the first request need not wait for it.
    package func warm() {
        if open.isEmpty && opening == 0 { openOne() }
    }

    /// Returns whether the database responds now.
    package func isReady() async -> Bool {
        do {
            return try await run(
                Statement<Int64>.row("SELECT 1::bigint") { row throws(PostgresFault) in try row.integer(0) }) == 1
        } catch {
            log(.warning, "not ready", [("reason", .string(error.description))])
            return false
        }
    }

    /// Closes all connections; waiting calls are refused.
    package func close() {
        isClosed = true
        patience?.close()
        for waiter in waiters { waiter.outcome.settle(.failure(.poolExhausted)) }
        waiters = []
        for connection in open.values { connection.close() }
    }

    private func acquire() async throws(PostgresFault) -> Connection {
        guard !isClosed else { throw .poolExhausted }
        while let connection = idle.popLast() { if connection.isIdle { return connection } }
        guard waiters.count < settings.queueLimit else { throw .poolExhausted }
        let waiter = Waiter(outcome: Outcome(), until: .now + settings.acquireTime)
        waiters.append(waiter)
        if open.count + opening < settings.poolSize { openOne() }
        if patience == nil { waitForTheFirst() }
        return try await waiter.outcome.value { [weak self] in self?.giveUp(waiter.outcome) }
    }

    private func giveUp(_ outcome: Outcome<Connection, PostgresFault>) {
        waiters.removeAll { $0.outcome === outcome }
        outcome.settle(.failure(.cancelled))
    }

    /// Sets a timer for the longest-waiting call.
    ///
    /// Most calls get a connection before it fires; it is then left set, so that it costs nothing per request.
    private func waitForTheFirst() {
        guard let first = waiters.first else {
            patience?.close()
            patience = nil
            return
        }
        let timer = patience ?? Timer()
        patience = timer
        timer.set(after: first.until - .now) { [weak self] in
            guard let self else { return }
            let now = ContinuousClock.now
            while let first = waiters.first, first.until <= now {
                waiters.removeFirst().outcome.settle(.failure(.poolExhausted))
            }
            waitForTheFirst()
        }
    }

    /// Takes a connection back, now or when the batch abandoned on it has ended.
    private func release(_ connection: Connection) {
        if connection.isClosed { return }
        guard connection.isIdle else {
            connection.onIdle = { [weak self, weak connection] in
                if let connection { self?.release(connection) }
            }
            return
        }
        hand(connection)
    }

    private func hand(_ connection: Connection) {
        guard !isClosed else { return connection.close() }
        guard !waiters.isEmpty else { return idle.append(connection) }
        waiters.removeFirst().outcome.settle(.success(connection))
    }

    private func openOne() {
        opening += 1
        Loop.start { [self] in
            do throws(PostgresFault) {
                let connection = try await Connection.open(settings)
                opened(connection)
            } catch {
                await failedToOpen(error)
            }
        }
    }

    private func opened(_ connection: Connection) {
        opening -= 1
        failures = 0
        open[ObjectIdentifier(connection)] = connection
        connection.onClose = { [weak self, weak connection] in
            if let connection { self?.lost(connection) }
        }
        hand(connection)
    }

    private func lost(_ connection: Connection) {
        open[ObjectIdentifier(connection)] = nil
        idle.removeAll { $0 === connection }
        guard !isClosed else { return }
        log(.warning, "a database connection ended")
        replaceIfAwaited()
    }

    /// Retries after a delay that doubles up to two seconds, as long as a call is waiting.
    private func failedToOpen(_ fault: PostgresFault) async {
        failures += 1
        log(
            .error, "no database connection",
            [("reason", .string(fault.description)), ("failures", .integer(Int64(failures)))])
        let longest = min(2_000, 50 << min(failures, 6))
        do { try await Loop.sleep(for: .milliseconds(Int.random(in: longest / 2...longest))) } catch {}
        opening -= 1
        replaceIfAwaited()
    }

    private func replaceIfAwaited() {
        if !isClosed, waiters.count > opening, open.count + opening < settings.poolSize { openOne() }
    }
}

/// A call waiting for a connection.
private struct Waiter {
    let outcome: Outcome<Connection, PostgresFault>
    let until: ContinuousClock.Instant
}
