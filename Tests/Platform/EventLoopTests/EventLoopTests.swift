import EventLoop
import Support
import Testing

@Suite("Event loop")
struct EventLoopTests {
    @Test("runs its actor's code on its own thread, whoever calls")
    func isolation() async throws {
        let onThread = try await onLoop { EventLoop.shared.isCurrentThread }
        #expect(onThread)
        #expect(!EventLoop.shared.isCurrentThread)
    }

    @Test("loses no wake-up: ten thousand hops in and out, one after the other")
    func wakeUps() async throws {
        for expected in 0..<10_000 {
            let value = try await onLoop { expected }
            #expect(value == expected)
        }
    }

    @Test("a hundred sleepers wake, and none too early")
    func sleepers() async throws {
        let tooShort = try await onLoop { () async -> Int in
            let sleepers = (0..<100).map { index in
                Loop.start { () async -> Bool in
                    let begun = ContinuousClock.now
                    do { try await Loop.sleep(for: .milliseconds(index)) } catch { return false }
                    return ContinuousClock.now - begun >= .milliseconds(index)
                }
            }
            var tooShort = 0
            for sleeper in sleepers { tooShort += await sleeper.value ? 0 : 1 }
            return tooShort
        }
        #expect(tooShort == 0)
    }

    @Test("a cancelled sleep ends at once with an error")
    func cancelledSleep() async throws {
        try await onLoop {
            let sleeper = Loop.start { () async -> Bool in
                do {
                    try await Loop.sleep(for: .seconds(3600))
                    return false
                } catch { return true }
            }
            sleeper.cancel()
            #expect(await sleeper.value)
        }
    }

    @Test("work past its time limit is cancelled and returns nothing")
    func timeLimit() async throws {
        try await onLoop {
            let late: Void?? = await Loop.withTimeLimit(.milliseconds(5)) { try? await Loop.sleep(for: .seconds(3600)) }
            #expect(late == nil)
            let prompt = await Loop.withTimeLimit(.seconds(3600)) { 7 }
            #expect(prompt == 7)
        }
    }

    @Test("blocking work does not block the loop")
    func worker() async throws {
        let ticks = try await onLoop { () async -> Int in
            let ticker = Loop.start { () async -> Int in
                var count = 0
                while !Task.isCancelled {
                    await Task.yield()
                    count += 1
                }
                return count
            }
            _ = await Loop.onWorker { (0..<3_000_000).reduce(0, &+) }
            ticker.cancel()
            return await ticker.value
        }
        #expect(ticks > 10)
    }

    @Test("resolves names off the loop and says when there is none")
    func resolve() async throws {
        try await onLoop {
            let addresses = try await Loop.resolve("localhost")
            #expect(addresses.contains("127.0.0.1") || addresses.contains("::1"))
            await #expect(throws: NameFault.self) { try await Loop.resolve("no-such-host.invalid") }
        }
    }
}
