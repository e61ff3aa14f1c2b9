import EventLoop
import Glibc
import Support
import Testing

@Suite("Watched sockets", .timeLimit(.minutes(15)))
struct SocketWatcherTests {
    @Test("a socket is told as readable when its peer has written, until the watcher is closed")
    func readable() async throws {
        let ends = try SocketPair()
        try await onLoop {
            let watcher = try #require(SocketWatcher(descriptor: ends.own))
            let (lines, outcome) = (Lines(), Outcome<Void, Never>())
            watcher.watch(.readable) { events in
                lines.append(events.contains(.readable) ? "readable" : "\(events.rawValue)")
                // The bytes stay unread, so it would be told again and again.
                watcher.close()
                watcher.close()
                outcome.settle(.success(()))
            }
            ends.write()
            await outcome.value()
            watcher.watch(.readable) { _ in lines.append("after its end") }
            try await pass()
            #expect(lines.all == ["readable"])
        }
    }

    @Test("a watcher may be closed by the action of another that is due with it")
    func closesAnother() async throws {
        let (first, second) = (try SocketPair(), try SocketPair())
        try await onLoop {
            let watchers = try [first, second].map { try #require(SocketWatcher(descriptor: $0.own)) }
            let (lines, outcome) = (Lines(), Outcome<Void, Never>())
            for watcher in watchers {
                watcher.watch(.readable) { _ in
                    lines.append("readable")
                    for other in watchers { other.close() }
                    outcome.settle(.success(()))
                }
            }
            for ends in [first, second] { ends.write() }
            await outcome.value()
            try await pass()
            #expect(lines.all == ["readable"])
        }
    }

    @Test("a watcher and a timer that were never used can be closed, whatever their memory held before")
    func unused() async throws {
        let ends = try SocketPair()
        try await onLoop {
            for _ in 0..<20 {
                soilMemory()
                try #require(SocketWatcher(descriptor: ends.own)).close()
                try await pass()
                soilMemory()
                Timer().close()
            }
        }
    }

    @Test("a peer that is gone is told as readable, so that its end is read")
    func hangUp() async throws {
        let ends = try SocketPair()
        try await onLoop {
            let watcher = try #require(SocketWatcher(descriptor: ends.own))
            let outcome = Outcome<Bool, Never>()
            watcher.watch(.readable) { events in
                watcher.close()
                outcome.settle(.success(events.contains(.readable)))
            }
            ends.hangUp()
            #expect(await outcome.value())
        }
    }

    @Test("what cannot be watched is refused")
    func noSocket() async throws {
        let file = unsafe open("/dev/null", O_RDONLY)
        defer { close(file) }
        try await onLoop {
            #expect(SocketWatcher(descriptor: file) == nil)
            #expect(SocketWatcher(descriptor: -1) == nil)
        }
    }

    /// Waits until the loop has looked at its sockets once more.
    @Loop
    private func pass() async throws { for _ in 0..<2 { try await Loop.sleep(for: .zero) } }
}

/// Two connected sockets.
private final class SocketPair: Sendable {
    let own: Int32
    private let peer: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        let status = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        try #require(status == 0)
        (own, peer) = (ends[0], ends[1])
    }

    deinit {
        close(own)
        close(peer)
    }

    func write() {
        var byte = UInt8(7)
        _ = unsafe Glibc.write(peer, &byte, 1)
    }

    func hangUp() { _ = Glibc.shutdown(peer, Int32(SHUT_RDWR)) }
}

/// Uses memory in many sizes and gives it back: what is allocated next finds other bytes than zero.
private func soilMemory() {
    for size in stride(from: 0, through: 480, by: 16) {
        let blocks = (0..<8).map { _ in [UInt8](repeating: 0x41, count: size) }
        withExtendedLifetime(blocks) {}
    }
}
