package import EventLoop

/// One connection to Postgres, always in pipeline mode.
///
/// Sends a batch of statements and reads all results in one round trip; runs one batch at a time.
///
/// Several statements in one batch form one transaction: Postgres commits all of them at the end of the batch, or none.
@Loop
package final class Connection {
    /// Whether a batch can be started.
    package var isIdle: Bool { batch == nil && !isCancelling && !isClosed }
    /// Whether it has been closed, by either side.
    package private(set) var isClosed = false
    /// Called once when the connection becomes unusable.
    var onClose: (@Loop () -> Void)?
    /// Called once when the current batch has ended, even if its caller no longer waits.
    var onIdle: (@Loop () -> Void)?

    private var handle: ConnectionHandle?
    private let watcher: SocketWatcher
    private var watched: SocketWatcher.Events?
    private let timer = Timer()
    private let statementTime: Duration
    private var batch: Batch?
    /// Whether a cancel request is in flight.
    ///
    /// It identifies only the connection, so a batch started before it arrives would be the one cancelled.
    private var isCancelling = false
    private var prepared: [[SQLPart]: String] = [:]
    private var parameters = Parameters()

    init(_ handle: consuming ConnectionHandle, _ watcher: SocketWatcher, statementTime: Duration) {
        self.handle = consume handle
        self.watcher = watcher
        self.statementTime = statementTime
        watch(.readable)
    }

    /// The loop must stop watching the socket before libpq closes it: the system reuses its number for the next one.
    isolated deinit { close() }

    /// Runs one statement, and its preparation if needed, in one round trip.
    package func run<Output>(_ statement: Statement<Output>) async throws(PostgresFault) -> Output {
        try statement.sql.refuseNUL()
        let slot = Slot<Output>()
        try await perform(steps(for: statement, into: slot))
        return try slot.output()
    }

    /// Runs two statements as one transaction in one round trip.
    package func run<First, Second>(
        _ first: Statement<First>, _ second: Statement<Second>
    ) async throws(PostgresFault) -> (First, Second) {
        try first.sql.refuseNUL()
        try second.sql.refuseNUL()
        let slots = (Slot<First>(), Slot<Second>())
        try await perform(steps(for: first, into: slots.0) + steps(for: second, into: slots.1))
        return (try slots.0.output(), try slots.1.output())
    }

    /// Runs three statements as one transaction in one round trip.
    package func run<First, Second, Third>(
        _ first: Statement<First>, _ second: Statement<Second>, _ third: Statement<Third>
    ) async throws(PostgresFault) -> (First, Second, Third) {
        for sql in [first.sql, second.sql, third.sql] { try sql.refuseNUL() }
        let slots = (Slot<First>(), Slot<Second>(), Slot<Third>())
        try await perform(
            steps(for: first, into: slots.0) + steps(for: second, into: slots.1) + steps(for: third, into: slots.2))
        return (try slots.0.output(), try slots.1.output(), try slots.2.output())
    }

    /// Runs a script of statements, such as a migration; the only way to run SQL text that is not a literal.
    package func execute(script: String) async throws(PostgresFault) {
        guard isIdle, handle?.exitPipelineMode() == true else { throw .connectionLost }
        defer { if handle?.enterPipelineMode() != true { close() } }
        try await perform([.script(script)])
    }

    /// Closes at once; a batch in progress ends with `.connectionLost`.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        timer.close()
        watcher.close()
        handle = nil
        let ended = batch
        batch = nil
        ended?.outcome.settle(.failure(ended?.fault ?? .connectionLost))
        let callbacks = (onClose, onIdle)
        (onClose, onIdle) = (nil, nil)
        callbacks.0?()
        callbacks.1?()
    }

    // MARK: One batch

    private func steps<Output>(for statement: Statement<Output>, into slot: Slot<Output>) -> [Step] {
        let parts = statement.sql.parts
        let execute = { (name: String) in
            Step.execute(name, statement.sql.values) { result in
                do throws(PostgresFault) {
                    slot.result = .success(try statement.read(result))
                } catch {
                    slot.result = .failure(error)
                }
            }
        }
        if let name = prepared[parts] { return [execute(name)] }
        let name = "s\(prepared.count + 1)"
        // Counts as prepared from now on, so that a second use in the same batch does not prepare it again; undone if
        // the server rejects it.
        prepared[parts] = name
        return [.prepare(name, statement.sql), execute(name)]
    }

    private func perform(_ steps: [Step]) async throws(PostgresFault) {
        guard isIdle else { throw .connectionLost }
        let batch = Batch(steps)
        self.batch = batch
        guard send(steps) else {
            close()
            throw .connectionLost
        }
        flush()
        timer.set(after: statementTime) { [weak self] in self?.timedOut() }
        try await batch.outcome.value { [weak self] in self?.cancel(batch) }
    }

    private func send(_ steps: [Step]) -> Bool {
        for step in steps {
            switch step {
            case .prepare(let name, let sql): guard handle?.sendPrepare(name, sql.text) == true else { return false }
            case .execute(let name, let values, _):
                parameters.fill(values)
                guard handle?.sendExecute(name, parameters) == true else { return false }
            case .script(let text): return handle?.sendScript(text) == true
            }
        }
        return handle?.sendSync() == true
    }

    private func flush() {
        switch handle?.flush() {
        case 0: watch(.readable)
        case 1: watch([.readable, .writable])
        default: close()
        }
    }

    /// Watches for `events`; an unchanged set is skipped, because libuv would remove and add it again, with two system
    /// calls.
    private func watch(_ events: SocketWatcher.Events) {
        guard watched != events else { return }
        watched = events
        watcher.watch(events) { [weak self] happened in self?.happened(happened) }
    }

    private func happened(_ events: SocketWatcher.Events) {
        guard !isClosed else { return }
        if events.contains(.writable) { flush() }
        guard events.contains(.readable), !isClosed else { return }
        guard handle?.consumeInput() == true, handle?.isGood == true else {
            readResults()
            return close()
        }
        readResults()
    }

    private func readResults() {
        while let batch, handle?.isBusy == false {
            guard let next = handle?.nextResult() else { return }
            switch consume next {
            case .rows(let result): batch.read(result)
            case .failed(let fault): batch.fail(fault, forgetting: &prepared)
            case .aborted: batch.skip(forgetting: &prepared)
            case .done:
                // A broken connection reports «done» forever.
                guard handle?.isGood == true else { return }
                if batch.endStep() { finish(batch) }
            case .synced: finish(batch)
            }
        }
    }

    private func finish(_ batch: Batch) {
        self.batch = nil
        if let fault = batch.fault {
            batch.outcome.settle(.failure(fault))
        } else {
            batch.outcome.settle(.success(()))
        }
        rest()
    }

    /// Clears the deadline and reports the connection as idle, if it is.
    private func rest() {
        guard isIdle else { return }
        timer.cancel()
        let callback = onIdle
        onIdle = nil
        callback?()
    }

    /// Gives up at the deadline, unless the results arrived while the loop was busy: libuv runs timers before it polls
    /// sockets.
    private func timedOut() {
        if handle?.consumeInput() == true { readResults() }
        guard let batch else { return }
        batch.fault = .timedOut
        close()
    }

    /// Ends the wait now and sends a cancel request; the connection is usable again once the server has responded to
    /// both the batch and the request.
    private func cancel(_ cancelled: Batch) {
        guard batch === cancelled else { return cancelled.outcome.settle(.failure(.cancelled)) }
        cancelled.outcome.settle(.failure(.cancelled))
        guard !isCancelling else { return }
        guard let request = handle?.makeCancel() else { return close() }
        isCancelling = true
        Loop.start { [self] in
            await Loop.onWorker(request)
            isCancelling = false
            rest()
        }
    }
}

/// One step of a batch, in the order of the results.
private enum Step {
    case prepare(String, SQL)
    case execute(String, [SQLValue], @Loop (borrowing ResultSet) -> Void)
    case script(String)
}

/// A batch in progress: what was sent together, and its results so far.
@Loop
private final class Batch {
    let outcome = Outcome<Void, PostgresFault>()
    var fault: PostgresFault?
    private let steps: [Step]
    private var index = 0

    init(_ steps: [Step]) { self.steps = steps }

    func read(_ result: borrowing ResultSet) {
        guard index < steps.count, case .execute(_, _, let reader) = steps[index] else { return }
        reader(result)
    }

    func fail(_ fault: PostgresFault, forgetting prepared: inout [[SQLPart]: String]) {
        self.fault = self.fault ?? fault
        skip(forgetting: &prepared)
    }

    /// Marks the current step as skipped: a statement it would have prepared is not prepared.
    func skip(forgetting prepared: inout [[SQLPart]: String]) {
        guard index < steps.count, case .prepare(_, let sql) = steps[index] else { return }
        prepared[sql.parts] = nil
    }

    /// Moves on to the next step; returns `true` at the end of a script, which no sync follows.
    func endStep() -> Bool {
        guard index < steps.count else { return false }
        defer { index += 1 }
        if case .script = steps[index] { return true }
        return false
    }
}

/// Holds the value that a statement's reader produced.
@Loop
private final class Slot<Output: Sendable> {
    var result: Result<Output, PostgresFault>?

    func output() throws(PostgresFault) -> Output {
        guard let result else { throw .unexpectedAnswer("no result") }
        return try result.get()
    }
}
