import EventLoop
import Support
import Testing

@Suite("Work on a worker thread", .timeLimit(.minutes(15)))
struct WorkerTests {
    private enum Fault: Error, Equatable { case expected(Int) }

    @Test("runs on another thread, and its caller goes on on the loop's")
    func threads() async throws {
        let (during, after) = try await onLoop {
            let during = await Loop.onWorker { EventLoop.shared.isCurrentThread }
            return (during, EventLoop.shared.isCurrentThread)
        }
        #expect(!during)
        #expect(after)
    }

    @Test("its error arrives with its type")
    func typedError() async throws {
        let fault = try await onLoop { () async -> Fault? in
            do throws(Fault) {
                try await Loop.onWorker { () throws(Fault) in throw .expected(7) }
                return nil
            } catch { return error }
        }
        #expect(fault == .expected(7))
    }

    @Test("a thousand pieces at once each return what is theirs")
    func many() async throws {
        let results = try await onLoop { () async -> [Int] in
            let pieces = (0..<1_000).map { number in
                Loop.start { () async -> Int in
                    do throws(Fault) {
                        return try await Loop.onWorker { () throws(Fault) in
                            guard number % 2 == 0 else { throw .expected(number) }
                            return number
                        }
                    } catch {
                        switch error {
                        case .expected(let found): return -found
                        }
                    }
                }
            }
            var results: [Int] = []
            for piece in pieces { results.append(await piece.value) }
            return results
        }
        #expect(results == (0..<1_000).map { $0 % 2 == 0 ? $0 : -$0 })
    }

    @Test("a caller that is cancelled still gets the result, since the work cannot be stopped")
    func cancelled() async throws {
        let result = try await onLoop { () async -> Int in
            let work = Loop.start { await Loop.onWorker { 7 } }
            work.cancel()
            return await work.value
        }
        #expect(result == 7)
    }
}

@Suite("Outcome", .timeLimit(.minutes(15)))
struct OutcomeTests {
    private struct Cancelled: Error, Equatable {}

    @Test("only the first settlement counts, whether it comes before the wait or during it")
    func first() async throws {
        let values = try await onLoop { () async -> [Int] in
            let early = Outcome<Int, Never>()
            early.settle(.success(1))
            early.settle(.success(2))
            let late = Outcome<Int, Never>()
            Loop.start {
                late.settle(.success(3))
                late.settle(.success(4))
            }
            return [await early.value(), await late.value()]
        }
        #expect(values == [1, 3])
    }

    @Test("a wait that is cancelled ends with what its handler settles", arguments: [true, false])
    func cancelled(isWaiting: Bool) async throws {
        try await onLoop {
            let (outcome, begun) = (Outcome<Int, Cancelled>(), Outcome<Void, Never>())
            let wait = Loop.start { () async -> Result<Int, Cancelled> in
                begun.settle(.success(()))
                do throws(Cancelled) {
                    return .success(try await outcome.value { outcome.settle(.failure(Cancelled())) })
                } catch { return .failure(error) }
            }
            if isWaiting { await begun.value() }
            wait.cancel()
            #expect(await wait.value == .failure(Cancelled()))
            outcome.settle(.success(1))
            #expect(outcome.isSettled)
        }
    }
}
