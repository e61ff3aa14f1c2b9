import EventLoop
import Glibc
import HTTP
import Kernel
import Support
import Testing

@testable import Server

@Suite("Life of connections", .timeLimit(.minutes(15)))
struct LifetimeTests {
    @Test("two thousand connections that end in odd ways leave nothing behind")
    func leavesNothing() async throws {
        let server = try await TestServer { request in
            if request.path == "/slow" { await pause(5) }
            let size = request.path == "/large" ? 5_000_000 : 10
            return Response(status: 200, body: [UInt8](repeating: 7, count: size))
        }
        let witnesses = try await onLoop { Witnesses() }
        for round in 0..<(2_000 / Oddity.allCases.count) {
            for oddity in Oddity.allCases { try oddity.happen(at: server.port) }
            if round % 10 == 0 { try await onLoop { witnesses.add(server.server.connections.values) } }
        }
        try await server.waits { $0.connections.isEmpty }
        #expect(status(try server.exchange(get)) == 200)
        try await server.waits { $0.connections.isEmpty }
        try await server.waits { _ in witnesses.alive == 0 }
        let buffered = try await onLoop { server.server.bufferedBytes }
        #expect(buffered == 0)
        #expect(sockets(at: server.port) == 1)
        try await onLoop { await server.server.drain() }
        try await server.waits { _ in sockets(at: server.port) == 0 }
    }

    @Test("a thousand pipelined requests in one piece are answered in order")
    func longPipeline() async throws {
        let server = try await TestServer(handler: echo)
        let text = (0..<1_000).map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
        let answers = try answers(in: Array(try server.exchange(text).utf8), firstIsHead: false)
        #expect(answers.map(\.body) == (0..<1_000).map { "GET /\($0)  " })
    }

    @Test("two good requests and garbage are two answers and a refusal")
    func garbage() async throws {
        let server = try await TestServer(handler: echo)
        let answers = try answers(
            in: Array(try server.exchange(get + get + "\u{1}\u{2}" + get).utf8), firstIsHead: false)
        #expect(answers.map(\.status) == [200, 200, 400])
    }

    @Test("one pipelining client does not starve another")
    func fairness() async throws {
        let server = try await TestServer(handler: echo)
        let greedy = try RawConnection(port: server.port)
        greedy.send(String(repeating: get, count: 2_000))
        #expect(status(try server.exchange(get)) == 200)
        greedy.finishSending()
        #expect(greedy.readToEnd().split(separator: "GET /  ").count == 2_000)
    }

    @Test("a drain lets an answer that is being read slowly end, then closes its connection")
    func drainWithSlowReader() async throws {
        var limits = ServerLimits.patient
        limits.drainTime = .seconds(30)
        let size = 32 * 1024 * 1024
        let sent = try await onLoop { Outcome<Void, Never>() }
        let server = try await TestServer(limits: limits) { _ in
            await sent.settle(.success(()))
            return Response(status: 200, body: [UInt8](repeating: 7, count: size))
        }
        let connection = try RawConnection(port: server.port)
        connection.send(get)
        try await onLoop { await sent.value() }
        #expect(String(decoding: connection.readSome(12), as: UTF8.self) == "HTTP/1.1 200")
        async let drained: Void = onLoop { await server.server.drain() }
        #expect(connection.readToEnd().utf8.count > size)
        // Before the drain time is up: the connection was closed because it was idle.
        try await server.waits { $0.connections.isEmpty }
        try await drained
    }

    @Test("at the end of a drain a handler that hangs is cancelled")
    func drainCancels() async throws {
        var limits = ServerLimits.patient
        limits.drainTime = .milliseconds(50)
        let (started, cancelled) = try await onLoop { (Outcome<Void, Never>(), Outcome<Void, Never>()) }
        let server = try await TestServer(limits: limits) { _ in
            await started.settle(.success(()))
            await pause(3_600_000)
            await cancelled.settle(.success(()))
            return Response(status: 200)
        }
        let connection = try RawConnection(port: server.port)
        connection.send(get)
        try await onLoop {
            await started.value()
            await server.server.drain()
        }
        try await server.waits { _ in cancelled.isSettled }
        #expect(connection.readToEnd().isEmpty)
    }

    @Test("an unreferenced server keeps listening until it is drained")
    func holdsItself() async throws {
        let port = try await TestServer(handler: echo).port
        let connection = try RawConnection(port: port)
        connection.send(get)
        connection.finishSending()
        #expect(status(connection.readToEnd()) == 200)
    }
}

/// The ways in which a client may connect and leave.
private enum Oddity: CaseIterable {
    case comesAndGoes, comesAndDies, goesInHeader, diesInHeader, goesInBody, diesInBody, diesInChunk, asksAndGoes
    case asksAndDies, reads, pipelinesAndDies, sendsGarbageAndGoes, sendsGarbageAndDies, expectsAndDies
    case diesInLargeAnswer, goesInLargeAnswer, diesWhileWorked, halfCloses, asksToClose, floodsAfterRefusal

    func happen(at port: Int) throws {
        let connection = try RawConnection(port: port)
        let post = "POST / HTTP/1.1\r\nHost: x\r\n"
        switch self {
        case .comesAndGoes: break
        case .comesAndDies: connection.resetOnClose()
        case .goesInHeader: connection.send("GET / HTTP/1.1\r\nHo")
        case .diesInHeader: connection.dies(after: "GET / HTTP/1.1\r\nHo")
        case .goesInBody: connection.send(post + "Content-Length: 9\r\n\r\nhell")
        case .diesInBody: connection.dies(after: post + "Content-Length: 9\r\n\r\nhell")
        case .diesInChunk: connection.dies(after: post + "Transfer-Encoding: chunked\r\n\r\n9\r\nhell")
        case .asksAndGoes: connection.send(get)
        case .asksAndDies: connection.dies(after: get)
        case .reads:
            connection.send(get)
            _ = connection.readSome()
        case .pipelinesAndDies: connection.dies(after: get + get + get + "GET /")
        case .sendsGarbageAndGoes: connection.send("\u{1}" + get)
        case .sendsGarbageAndDies: connection.dies(after: "\u{1}" + get)
        case .expectsAndDies: connection.dies(after: post + "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n")
        case .diesInLargeAnswer: connection.dies(after: "GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        case .goesInLargeAnswer:
            connection.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = connection.readSome()
        case .diesWhileWorked: connection.dies(after: "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        case .halfCloses: connection.finishSending()
        case .asksToClose:
            connection.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            connection.finishSending()
            _ = connection.readToEnd()
        case .floodsAfterRefusal: connection.dies(after: "GET\r\n" + String(repeating: "a", count: 100_000))
        }
    }
}

extension RawConnection {
    fileprivate func dies(after text: String) {
        send(text)
        resetOnClose()
    }
}

/// Weak references to the connections seen.
@Loop
private final class Witnesses {
    private struct Seen { weak var connection: Connection? }
    private var seen: [Seen] = []

    func add(_ connections: some Sequence<Connection>) { seen += connections.map { Seen(connection: $0) } }

    var alive: Int { seen.filter { $0.connection != nil }.count }
}

/// Returns how many of the process's open sockets are bound to `port`: the listener's and those it accepted.
private func sockets(at port: Int) -> Int {
    (0..<Int32(8_192)).filter { descriptor in
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe getsockname(
                descriptor, UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self), &length)
        }
        return status == 0 && address.sin_family == sa_family_t(AF_INET)
            && Int(in_port_t(bigEndian: address.sin_port)) == port
    }.count
}

@Sendable
private func pause(_ milliseconds: Int) async {
    do { try await Loop.sleep(for: .milliseconds(milliseconds)) } catch {}
}
