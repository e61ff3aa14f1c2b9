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
        let server = try await TestServer(limits: limits { $0.sendTime = .milliseconds(100) }) { _ in
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

    @Test("a body that arrives more slowly than the least rate is 408, however often a byte of it comes")
    func drippingBody() async throws {
        let slow = limits {
            $0.bodyTime = .milliseconds(50)
            $0.bodyRate = 1 << 30
            $0.bodyBytes = 1 << 30
        }
        let server = try await TestServer(limits: slow, handler: echo)
        let connection = try RawConnection(port: server.port)
        connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(1 << 30)\r\n\r\n")
        while !server.logged.contains("Request timeout") {
            connection.send("a")
            await Task.yield()
        }
        #expect(status(connection.readToEnd()) == 408)
    }

    @Test("a body that keeps the least rate may take longer than one deadline")
    func longBody() async throws {
        let size = 1 << 24
        let steady = limits {
            $0.bodyTime = .seconds(2)
            $0.bodyRate = 1
            $0.bodyBytes = size
        }
        let server = try await TestServer(limits: steady) { request in
            Response(status: 200, body: Array("\(request.body.count)".utf8))
        }
        let connection = try RawConnection(port: server.port)
        connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n")
        let (start, clock) = (ContinuousClock.now, ContinuousClock())
        var sent = 0
        while clock.now - start < .milliseconds(4_500), sent < size - 1 {
            connection.send("a")
            sent += 1
        }
        connection.send([UInt8](repeating: 97, count: size - sent))
        connection.finishSending()
        #expect(connection.readToEnd().hasSuffix("\r\n\(size)"))
    }

    private func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits.patient
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
