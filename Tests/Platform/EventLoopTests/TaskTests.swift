import EventLoop
import Support
import Testing

@Suite("Tasks on the loop", .timeLimit(.minutes(15)))
struct TaskTests {
    @Test("a thousand tasks run one after the other, each started by the one before")
    func sequential() async throws {
        let order = try await onLoop { () async -> [Int] in
            let (lines, outcome) = (Numbers(), Outcome<Void, Never>())
            func start(_ number: Int) {
                Loop.start {
                    lines.append(number)
                    if number == 999 { outcome.settle(.success(())) } else { start(number + 1) }
                }
            }
            start(0)
            await outcome.value()
            return lines.all
        }
        #expect(order == Array(0..<1_000))
    }

    @Test("a thousand tasks that are started together run in the order of their start")
    func order() async throws {
        let order = try await onLoop { () async -> [Int] in
            let numbers = Numbers()
            let tasks = (0..<1_000).map { number in Loop.start { numbers.append(number) } }
            for task in tasks { await task.value }
            return numbers.all
        }
        #expect(order == Array(0..<1_000))
    }

    @Test("a task that never rests keeps neither timers nor sockets nor other threads waiting")
    func fairness() async throws {
        let listener = try await onLoop {
            try TCPListener(host: "127.0.0.1", port: 0) { stream in
                stream.onBytes = { bytes in stream.write([bytes[0]]) }
                stream.onEnd = { stream.close() }
                stream.startReading()
            }
        }
        let (busy, port) = try await onLoop {
            (Loop.start { while !Task.isCancelled { await Task.yield() } }, listener.port)
        }
        try await onLoop { try await Loop.sleep(for: .milliseconds(1)) }
        let connection = try RawConnection(port: port)
        connection.send("x")
        #expect(connection.readSome() == Array("x".utf8))
        busy.cancel()
        await busy.value
        try await onLoop { listener.close() }
    }

    @Test("no task that other threads start is lost, however many start how many at once")
    func foreignThreads() async throws {
        let numbers = try await onLoop { Numbers() }
        let tasks = await withTaskGroup(of: [Task<Void, Never>].self) { group in
            for thread in 0..<8 {
                group.addTask {
                    (0..<1_000).map { number in Loop.start { numbers.append(thread * 1_000 + number) } }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        for task in tasks { await task.value }
        let all = try await onLoop { numbers.all }
        #expect(all.sorted() == Array(0..<8_000))
        for thread in 0..<8 {
            let own = all.filter { $0 / 1_000 == thread }
            #expect(own == own.sorted(), "in the order in which the thread started them")
        }
    }

    @Test("a worker thread wakes a loop that has nothing else to do")
    func workerThread() async throws {
        let value = try await onLoop { () async -> Int in
            let outcome = Outcome<Int, Never>()
            await Loop.onWorker { _ = Loop.start { outcome.settle(.success(7)) } }
            return await outcome.value()
        }
        #expect(value == 7)
    }
}

/// Numbers in the order in which they came.
@Loop
private final class Numbers {
    private(set) var all: [Int] = []

    func append(_ number: Int) { all.append(number) }
}
