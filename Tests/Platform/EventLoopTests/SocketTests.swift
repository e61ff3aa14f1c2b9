import EventLoop
import Support
import Testing

@Suite("Connections", .timeLimit(.minutes(15)))
struct SocketTests {
    @Test("a connection that is closed while it is read hears no more, and is told once that it is closed")
    func closedWhileReading() async throws {
        let server = try await TestListener.open { stream, lines, closed in
            stream.onBytes = { _ in
                lines.append("bytes")
                stream.close()
                stream.close()
            }
            stream.onEnd = { lines.append("end") }
            stream.onClose = {
                lines.append("closed")
                closed.settle(.success(()))
            }
            stream.startReading()
        }
        let connection = try RawConnection(port: server.port)
        connection.send("one")
        #expect(connection.readToEnd().isEmpty)
        connection.send("two")
        #expect(try await server.end() == ["bytes", "closed"])
    }

    @Test("a connection that closes another while it is read leaves that one silent")
    func closesAnother() async throws {
        let server = try await TestListener.open { [pair = Pair()] stream, lines, closed in
            pair.add(stream)
            stream.onBytes = { _ in
                lines.append("bytes")
                pair.other(than: stream)?.close()
                stream.write(Array("x".utf8))
            }
            stream.onClose = {
                lines.append("closed")
                closed.settle(.success(()))
            }
            stream.startReading()
        }
        let (first, second) = (try RawConnection(port: server.port), try RawConnection(port: server.port))
        // Both are accepted before either sends, since the second is greeted after the first.
        try await server.accepted(2)
        first.send("one")
        #expect(second.readToEnd().isEmpty)
        #expect(first.readSome() == Array("x".utf8))
        #expect(try await server.end() == ["bytes", "closed"])
    }

    @Test("a peer that has sent all can still be answered")
    func halfClosed() async throws {
        let server = try await TestListener.open { stream, lines, closed in
            stream.onBytes = { bytes in lines.append("\(bytes.count) bytes") }
            stream.onEnd = {
                lines.append("end")
                stream.write(Array("bye".utf8)) { lines.append("written \($0)") }
                stream.shutdown()
                stream.close()
            }
            stream.onClose = {
                lines.append("closed")
                closed.settle(.success(()))
            }
            stream.startReading()
        }
        let connection = try RawConnection(port: server.port)
        connection.send("hello")
        connection.finishSending()
        #expect(connection.readToEnd() == "bye")
        #expect(try await server.end() == ["5 bytes", "end", "written true", "closed"])
    }

    @Test("a peer that dies while it is read is the end of what it sends")
    func reset() async throws {
        let server = try await TestListener.open { stream, lines, closed in
            stream.onBytes = { _ in
                lines.append("bytes")
                stream.write(Array("x".utf8))
            }
            stream.onEnd = {
                lines.append("end")
                stream.write(Array("y".utf8)) { lines.append("written \($0)") }
                stream.close()
            }
            stream.onClose = {
                lines.append("closed")
                closed.settle(.success(()))
            }
            stream.startReading()
        }
        do {
            let connection = try RawConnection(port: server.port)
            connection.resetOnClose()
            connection.send("one")
            #expect(connection.readSome() == Array("x".utf8))
        }
        let lines = try await server.end()
        #expect(lines.first == "bytes" && lines.contains("end"))
        #expect(lines.contains("written false"))
        #expect(lines.filter { $0 == "closed" }.count == 1)
    }

    @Test("a connection that is closed while bytes wait to be sent says that they were not")
    func closedWhileWriting() async throws {
        let server = try await TestListener.open { stream, lines, closed in
            stream.onClose = {
                lines.append("closed")
                stream.write([1]) { lines.append("later \($0)") }
                closed.settle(.success(()))
            }
            // More than any buffer takes.
            stream.write([UInt8](repeating: 7, count: 64 << 20)) { lines.append("written \($0)") }
            lines.append("waits")
            stream.close()
        }
        let connection = try RawConnection(port: server.port, receiveBuffer: 4_096)
        _ = connection.readToEnd()
        #expect(try await server.end() == ["waits", "written false", "closed", "later false"])
    }

    @Test("a connection whose reading was stopped loses no byte")
    func stopped() async throws {
        let server = try await TestListener.open { stream, lines, closed in
            var received: [UInt8] = []
            stream.onBytes = { bytes in
                for index in bytes.indices { received.append(bytes[index]) }
                stream.stopReading()
                Loop.start { stream.startReading() }
            }
            stream.onEnd = { stream.close() }
            stream.onClose = {
                lines.append("\(received.count) \(received == sent)")
                closed.settle(.success(()))
            }
            stream.startReading()
            stream.startReading()
        }
        let connection = try RawConnection(port: server.port)
        connection.send(sent)
        connection.finishSending()
        #expect(connection.readToEnd().isEmpty)
        #expect(try await server.end() == ["\(sent.count) true"])
    }

    @Test("a listener that is closed accepts no one, and the connections there are stay open")
    func closedListener() async throws {
        let server = try await TestListener.open { stream, lines, closed in
            stream.onBytes = { _ in stream.write(Array("still here".utf8)) { lines.append("written \($0)") } }
            stream.onEnd = { stream.close() }
            stream.onClose = { closed.settle(.success(())) }
            stream.startReading()
        }
        let connection = try RawConnection(port: server.port)
        try await server.accepted(1)
        try await onLoop { server.listener.close() }
        #expect(throws: RawConnection.Fault.self) { try RawConnection(port: server.port) }
        connection.send("?")
        #expect(connection.read { $0 == "still here" } == "still here")
        connection.finishSending()
        #expect(try await server.end() == ["written true"])
    }

    @Test(
        "an address that cannot be listened on is told by libuv's name for it",
        arguments: [("127.0.0.1", "EADDRINUSE"), ("192.0.2.1", "EADDRNOTAVAIL"), ("no address", "EINVAL")])
    func address(host: String, code: String) async throws {
        let server = try await TestListener.open { _, _, _ in }
        let port = server.port
        let fault = try await onLoop { () -> SocketFault? in
            do throws(SocketFault) {
                try TCPListener(host: host, port: port) { _ in }.close()
                return nil
            } catch { return error }
        }
        #expect(fault?.code == code)
        try await onLoop { server.listener.close() }
    }

    /// A megabyte of which no two parts are alike.
    private let sent = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 9)) }
}

/// A listener and what its connections told.
private struct TestListener: Sendable {
    let listener: TCPListener
    let port: Int
    private let lines: Lines
    private let closed: Outcome<Void, Never>
    private let connections: Connections

    /// Listens, and prepares each connection with `prepare`, which settles the outcome when the test may end.
    static func open(
        _ prepare: @escaping @Loop @Sendable (TCPStream, Lines, Outcome<Void, Never>) -> Void
    ) async throws -> TestListener {
        try await onLoop {
            let (lines, closed, connections) = (Lines(), Outcome<Void, Never>(), Connections())
            let listener = try TCPListener(host: "127.0.0.1", port: 0) { stream in
                prepare(stream, lines, closed)
                connections.add()
            }
            return TestListener(
                listener: listener, port: listener.port, lines: lines, closed: closed, connections: connections)
        }
    }

    /// Waits until so many connections were accepted.
    func accepted(_ count: Int) async throws {
        try await onLoop { [connections] in await connections.reach(count) }
    }

    /// Waits for the outcome and returns what was told.
    func end() async throws -> [String] {
        try await onLoop { [listener, lines, closed] in
            await closed.value()
            listener.close()
            return lines.all
        }
    }
}

/// Counts connections.
@Loop
private final class Connections {
    private var count = 0
    private var waiting: (count: Int, outcome: Outcome<Void, Never>)?

    func add() {
        count += 1
        if let waiting, count >= waiting.count { waiting.outcome.settle(.success(())) }
    }

    func reach(_ wanted: Int) async {
        guard count < wanted else { return }
        let outcome = Outcome<Void, Never>()
        waiting = (wanted, outcome)
        await outcome.value()
    }
}

/// Two connections.
@Loop
private final class Pair {
    private var streams: [TCPStream] = []

    nonisolated init() {}

    func add(_ stream: TCPStream) { streams.append(stream) }

    func other(than stream: TCPStream) -> TCPStream? { streams.first { $0 !== stream } }
}
