import EventLoop
import HTTP
import Kernel
import Support
import Testing

@testable import Server

@Suite("Deadlines and budgets", .timeLimit(.minutes(15)))
struct DeadlineTests {
    @Test(
        "a header that does not end in time is 408",
        arguments: ["G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: x\r\n"])
    func slowHeader(text: String) async throws {
        let server = try await TestServer(limits: limits { $0.headerTime = .milliseconds(50) }, handler: echo)
        let connection = try RawConnection(port: server.port)
        connection.send(text)
        let answer = connection.readToEnd()
        #expect(status(answer) == 408)
        #expect(answer.contains("Connection: close\r\n"))
    }

    @Test(
        "a body that does not end in time is 408",
        arguments: [
            "Content-Length: 5\r\n\r\nhell", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "Content-Length: 1\r\n\r\n",
        ])
    func slowBody(text: String) async throws {
        let server = try await TestServer(limits: limits { $0.bodyTime = .milliseconds(50) }, handler: echo)
        let connection = try RawConnection(port: server.port)
        connection.send("POST / HTTP/1.1\r\nHost: x\r\n" + text)
        #expect(status(connection.readToEnd()) == 408)
    }

    @Test(
        "a connection at rest is closed without an answer, also when it never asked", arguments: ["", get, get + get])
    func idle(text: String) async throws {
        let server = try await TestServer(limits: limits { $0.idleTime = .seconds(5) }, handler: echo)
        let connection = try RawConnection(port: server.port)
        connection.send(text)
        let answers = try answers(in: Array(connection.readToEnd().utf8), firstIsHead: false)
        #expect(answers.map(\.status) == Array(repeating: 200, count: text.utf8.count / get.utf8.count))
    }

    @Test("an empty line is no request: the connection stays idle")
    func emptyLine() async throws {
        let short = limits {
            $0.headerTime = .milliseconds(20)
            $0.idleTime = .milliseconds(200)
        }
        let server = try await TestServer(limits: short, handler: echo)
        let connection = try RawConnection(port: server.port)
        connection.send("\r\n\r\n")
        #expect(connection.readToEnd().isEmpty)
    }

    @Test("an HTTP/0.9 line is refused at once")
    func ancient() async throws {
        let server = try await TestServer(handler: echo)
        let connection = try RawConnection(port: server.port)
        connection.send("GET /\r\n")
        #expect(status(connection.readToEnd()) == 505)
    }

    @Test("a caller that never reads a large answer is cut off")
    func neverReads() async throws {
        let size = 64 * 1024 * 1024
        let server = try await TestServer(limits: limits { $0.bodyTime = .milliseconds(100) }) { _ in
            Response(status: 200, body: [UInt8](repeating: 7, count: size))
        }
        let connection = try RawConnection(port: server.port, receiveBuffer: 4_096)
        connection.send(get)
        #expect(String(decoding: connection.readSome(12), as: UTF8.self) == "HTTP/1.1 200")
        try await server.waits { $0.connections.isEmpty }
        #expect(connection.readToEnd().utf8.count < size)
    }

    @Test("a large answer read slowly arrives whole")
    func slowReader() async throws {
        let body = (0..<5 * 1024 * 1024).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let server = try await TestServer { _ in Response(status: 200, body: body) }
        let connection = try RawConnection(port: server.port, receiveBuffer: 4_096)
        connection.send(get)
        connection.finishSending()
        var received: [UInt8] = []
        while true {
            let some = connection.readSome(3_001)
            if some.isEmpty { break }
            received += some
        }
        #expect(received.suffix(body.count) == body[...])
        #expect(received.count < body.count + 500)
    }

    @Test("beyond the limit of connections one more is closed, until one has gone")
    func connectionLimit() async throws {
        let server = try await TestServer(limits: limits { $0.connections = 2 }, handler: echo)
        let first = try RawConnection(port: server.port)
        var second: RawConnection? = try RawConnection(port: server.port)
        try await server.waits { $0.connections.count == 2 }
        #expect(try server.exchange(get).isEmpty)
        second?.finishSending()
        second = nil
        try await server.waits { $0.connections.count == 1 }
        #expect(status(try server.exchange(get)) == 200)
        first.finishSending()
    }

    @Test("beyond the budget for bodies a request is 503, and those under way are not harmed")
    func bodyBudget() async throws {
        let server = try await TestServer(limits: limits { $0.bufferedBytes = 100 }, handler: echo)
        let post = { (body: Int) in "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(body)\r\n\r\n" }
        let slow = try RawConnection(port: server.port)
        slow.send(post(80) + String(repeating: "a", count: 79))
        try await server.waits { $0.bufferedBytes == 79 }
        let whole = try server.exchange(post(50) + String(repeating: "b", count: 50))
        #expect(status(whole) == 503)
        #expect(whole.contains("Retry-After: 1\r\n"))
        #expect(status(try server.exchange(post(50) + String(repeating: "b", count: 49))) == 503)
        #expect(status(try server.exchange(post(20) + String(repeating: "c", count: 20))) == 200)
        #expect(status(try server.exchange(get)) == 200)
        slow.send("a")
        slow.finishSending()
        #expect(status(slow.readToEnd()) == 200)
        try await server.waits { $0.bufferedBytes == 0 }
    }

    private func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits()
        change(&limits)
        return limits
    }
}

/// The smallest possible request.
let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

extension TestServer {
    /// Lets the loop run until `condition` holds.
    ///
    /// - Throws: `Impatience` if it does not within a minute.
    func waits(until condition: @escaping @Loop @Sendable (Server) -> Bool) async throws {
        try await onLoop { [server] in
            let deadline = ContinuousClock.now + .seconds(60)
            while !condition(server) {
                guard ContinuousClock.now < deadline else { throw Impatience() }
                await Task.yield()
            }
        }
    }

    /// A condition did not hold in time.
    struct Impatience: Error {}
}
