import EventLoop
import Support
import Testing

@Suite("Timer", .timeLimit(.minutes(15)))
struct TimerTests {
    @Test("timers with the same delay fire in the order in which they were set")
    func order() async throws {
        let fired = try await withTimers { timers, log in
            for number in 0..<100 { timers.set(after: .milliseconds(5)) { log.append("\(number)") } }
            return .milliseconds(5)
        }
        #expect(fired == (0..<100).map { "\($0)" })
    }

    @Test("a timer that is set again fires once, for what it was set to last")
    func replaced() async throws {
        let fired = try await withTimers { timers, log in
            let timer = timers.set(after: .seconds(3600)) { log.append("first") }
            timer.set(after: .zero) { log.append("second") }
            return .zero
        }
        #expect(fired == ["second"])
    }

    @Test("a timer that is set again for later does not fire at its first time")
    func postponed() async throws {
        let fired = try await withTimers { timers, log in
            timers.set(after: .zero) { log.append("first") }.set(after: .seconds(3600)) { log.append("second") }
            return .milliseconds(5)
        }
        #expect(fired == [])
    }

    @Test("a cancelled timer does not fire, and can be set again")
    func cancelled() async throws {
        let fired = try await withTimers { timers, log in
            timers.set(after: .zero) { log.append("cancelled") }.cancel()
            let other = timers.set(after: .zero) { log.append("first") }
            other.cancel()
            other.cancel()
            other.set(after: .zero) { log.append("again") }
            return .zero
        }
        #expect(fired == ["again"])
    }

    @Test("a timer that is due is cancelled by the action of another that is due with it")
    func cancelledWhenDue() async throws {
        let fired = try await withTimers { timers, log in
            let second = timers.set(after: .seconds(3600)) { log.append("second") }
            timers.set(after: .zero) {
                log.append("first")
                second.cancel()
            }
            second.set(after: .zero) { log.append("second") }
            return .zero
        }
        #expect(fired == ["first"])
    }

    @Test("a closed timer does not fire, cannot be set and can be closed again, also by its own action")
    func closed() async throws {
        let fired = try await withTimers { timers, log in
            let timer = timers.set(after: .zero) { log.append("closed") }
            timer.close()
            timer.set(after: .zero) { log.append("set after its end") }
            timer.close()
            let own = Timer()
            own.set(after: .zero) {
                log.append("own")
                own.close()
            }
            return .zero
        }
        #expect(fired == ["own"])
    }

    @Test("an action may set its own timer again")
    func repeated() async throws {
        let ended = try await onLoop { () async -> Int in
            let outcome = Outcome<Int, Never>()
            let ticker = Ticker { count in outcome.settle(.success(count)) }
            ticker.tick()
            defer { ticker.timer.close() }
            return await outcome.value()
        }
        #expect(ended == 5)
    }

    @Test("a timer that is set is kept alive, and let go once it has fired or was closed")
    func lifetime() async throws {
        try await onLoop {
            weak var kept: Timer?
            let outcome = Outcome<Void, Never>()
            do {
                let timer = Timer()
                kept = timer
                timer.set(after: .zero) { [weak timer] in
                    timer?.close()
                    outcome.settle(.success(()))
                }
            }
            #expect(kept != nil)
            await outcome.value()
            #expect(kept == nil)
            do {
                let timer = Timer()
                kept = timer
                timer.set(after: .seconds(3600)) {}
                timer.close()
                timer.set(after: .seconds(3600)) {}
            }
            #expect(kept == nil)
        }
    }

    /// Runs `body`, waits until a timer set after it with the delay it returns has fired, and returns what was logged.
    private func withTimers(
        _ body: @escaping @Loop @Sendable (Timers, Lines) -> Duration
    ) async throws -> [String] {
        try await onLoop {
            let (timers, lines, outcome) = (Timers(), Lines(), Outcome<Void, Never>())
            defer { timers.close() }
            let delay = body(timers, lines)
            timers.set(after: delay) { outcome.settle(.success(())) }
            await outcome.value()
            return lines.all
        }
    }
}

/// Timers that are closed together.
@Loop
final class Timers {
    private var all: [Timer] = []

    @discardableResult
    func set(after delay: Duration, _ action: @escaping @Loop () -> Void) -> Timer {
        let timer = Timer()
        timer.set(after: delay, action)
        all.append(timer)
        return timer
    }

    func close() { for timer in all { timer.close() } }
}

/// What happened, in order.
@Loop
final class Lines {
    private(set) var all: [String] = []

    func append(_ line: String) { all.append(line) }
}

/// Sets its own timer again until it has fired five times.
@Loop
private final class Ticker {
    let timer = Timer()
    private var count = 0
    private let end: @Loop (Int) -> Void

    init(_ end: @escaping @Loop (Int) -> Void) { self.end = end }

    func tick() {
        if count == 5 { return end(count) }
        timer.set(after: .zero) {
            self.count += 1
            self.tick()
        }
    }
}
