import EventLoop
import HTTP
import Support
import Testing

@testable import Server

@Suite("Unfinished requests", .timeLimit(.minutes(15)))
struct ContentionTests {
    private static let size = 1 << 20

    @Test("66 unfinished bodies of 1 MiB from one caller keep nobody else waiting, and most of them are refused")
    func bodiesOfOneCaller() async throws {
        let server = try await TestServer(limits: large, trustedHops: 0, handler: length)
        let held = try (0..<66).map { _ in try unfinished(at: server) }
        try await server.waits { $0.bufferedBytes == 8 * (ContentionTests.size - 1) }
        for client: UInt8 in [2, 1] {
            #expect(status(try server.exchange(post(ContentionTests.size), client: client)) == 200)
            try await server.waits { $0.bufferedBytes <= 8 * (ContentionTests.size - 1) }
        }
        // 58 to keep the caller's share, and one for its own newcomer.
        #expect(server.logged.split(separator: #""status":503"#).count - 1 == 59)
        withExtendedLifetime(held) {}
    }

    @Test("66 unfinished bodies of 1 MiB from as many callers cost the largest of them, not the next caller")
    func bodiesOfManyCallers() async throws {
        let server = try await TestServer(limits: large, handler: length)
        let held = try (0..<66).map { number in try unfinished(at: server, field: forwarded(number)) }
        try await server.waits { $0.bufferedBytes > 62 << 20 }
        for _ in 0..<3 {
            #expect(status(try server.exchange(post(ContentionTests.size, field: forwarded(200)))) == 200)
        }
        let most = try await onLoop { server.server.limits.bufferedBytes }
        try await server.waits { $0.bufferedBytes <= most }
        // Two of them exceed the budget, and each of the three that are served may cost one more.
        let refused = server.logged.split(separator: #""status":503"#).count - 1
        #expect((2...5).contains(refused))
        withExtendedLifetime(held) {}
    }

    @Test("of a caller's unfinished bodies the one that has been idle for longest is refused")
    func idleBody() async throws {
        var limits = ServerLimits.patient
        limits.bodiesPerCaller = 2
        let server = try await TestServer(limits: limits, handler: echo)
        let (first, second, third) = (
            try RawConnection(port: server.port), try RawConnection(port: server.port),
            try RawConnection(port: server.port)
        )
        first.send(head(10) + "a")
        try await server.waits { $0.bufferedBytes == 1 }
        second.send(head(10) + "a")
        try await server.waits { $0.bufferedBytes == 2 }
        first.send("a")
        try await server.waits { $0.bufferedBytes == 3 }
        third.send(head(10) + "a")
        #expect(status(second.readToEnd()) == 503)
        for (connection, missing) in [(first, 8), (third, 9)] {
            connection.send(String(repeating: "a", count: missing))
            connection.finishSending()
            #expect(status(connection.readToEnd()) == 200)
        }
        try await server.waits { $0.bufferedBytes == 0 }
    }

    @Test("beyond the budget for bodies the largest unfinished one is 503, and the newcomer is served")
    func bodyBudget() async throws {
        var limits = ServerLimits.patient
        limits.bufferedBytes = 100
        let server = try await TestServer(limits: limits, handler: echo)
        let (large, small) = (try RawConnection(port: server.port), try RawConnection(port: server.port))
        large.send(head(80) + String(repeating: "a", count: 79))
        small.send(head(20) + String(repeating: "a", count: 10))
        try await server.waits { $0.bufferedBytes == 89 }
        #expect(status(try server.exchange(post(50))) == 200)
        let answer = large.readToEnd()
        #expect(status(answer) == 503)
        #expect(answer.contains("Retry-After: 1\r\n"))
        small.send(String(repeating: "a", count: 10))
        small.finishSending()
        #expect(status(small.readToEnd()) == 200)
        #expect(status(try server.exchange(post(101))) == 503)
        try await server.waits { $0.bufferedBytes == 0 }
    }

    @Test("requests in progress are never refused for the budget of bodies: then the newcomer is")
    func budgetInUse() async throws {
        var limits = ServerLimits.patient
        limits.bufferedBytes = 100
        let gate = try await onLoop { Outcome<Void, Never>() }
        let server = try await TestServer(limits: limits) { request in
            if request.path == "/" { await gate.value() }
            return Response(status: 200)
        }
        let running = try RawConnection(port: server.port)
        running.send(post(80))
        try await server.waits { $0.bufferedBytes == 80 }
        #expect(status(try server.exchange(head(50) + String(repeating: "b", count: 49))) == 503)
        #expect(status(try server.exchange("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")) == 200)
        try await onLoop { gate.settle(.success(())) }
        running.finishSending()
        #expect(status(running.readToEnd()) == 200)
    }

    @Test("1,100 half-open requests from one address keep nobody waiting", arguments: [0, 1])
    func halfOpen(trustedHops: Int) async throws {
        RawConnection.allowMany()
        let server = try await TestServer(trustedHops: trustedHops, handler: echo)
        let most = trustedHops == 0 ? 250 : 1_000
        let held = try (0..<1_100).map { _ in
            let connection = try RawConnection(port: server.port)
            connection.send("GET / HTTP/1.1\r\nHost: x\r\nX-Half")
            return connection
        }
        try await server.waits { $0.connections.count == most }
        for client: UInt8 in [2, 1] { #expect(status(try server.exchange(get, client: client)) == 200) }
        #expect(held[0].readToEnd().isEmpty)
        try await onLoop { await server.server.drain() }
    }

    @Test("at the limit of connections the one that waits longest is closed, never one with a request in progress")
    func connectionLimit() async throws {
        var limits = ServerLimits.patient
        limits.connections = 3
        let gate = try await onLoop { Outcome<Void, Never>() }
        let server = try await TestServer(limits: limits) { request in
            if request.path == "/slow" { await gate.value() }
            return Response(status: 200)
        }
        let running = try RawConnection(port: server.port)
        running.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        let served = try await connection(to: server, beside: 1)
        served.send(get)
        #expect(status(served.read { $0.hasSuffix("\r\n\r\n") }) == 200)
        let silent = try await connection(to: server, beside: 2)
        let half = try RawConnection(port: server.port)
        half.send("GET / HT")
        // A connection that was of use is worth more than two that never were.
        #expect(silent.readToEnd().isEmpty)
        #expect(status(try server.exchange(get)) == 200)
        #expect(half.readToEnd().isEmpty)
        served.send(get)
        #expect(status(served.read { $0.hasSuffix("\r\n\r\n") }) == 200)
        try await onLoop { gate.settle(.success(())) }
        running.finishSending()
        #expect(status(running.readToEnd()) == 200)
    }

    @Test("a connection is refused when all others have requests in progress")
    func allBusy() async throws {
        var limits = ServerLimits.patient
        limits.connections = 1
        let gate = try await onLoop { Outcome<Void, Never>() }
        let server = try await TestServer(limits: limits) { _ in
            await gate.value()
            return Response(status: 200)
        }
        let running = try RawConnection(port: server.port)
        running.send(get)
        try await server.waits { $0.connections.values.contains { !$0.isWaiting } }
        #expect(try server.exchange(get).isEmpty)
        try await onLoop { gate.settle(.success(())) }
        running.finishSending()
        #expect(status(running.readToEnd()) == 200)
    }

    @Test("a peer beyond its share of connections loses one of its own; peers that are our proxies have no share")
    func share() async throws {
        var limits = ServerLimits.patient
        limits.connectionsPerPeer = 2
        for trustedHops in [0, 1] {
            let server = try await TestServer(limits: limits, trustedHops: trustedHops, handler: echo)
            let other = try RawConnection(port: server.port, client: 2)
            try await server.waits { $0.connections.count == 1 }
            let first = try await connection(to: server, beside: 1)
            let more = try (0..<2).map { _ in try RawConnection(port: server.port) }
            try await server.waits { $0.connections.count == (trustedHops == 0 ? 3 : 4) }
            for connection in more + [other] + (trustedHops == 0 ? [] : [first]) {
                connection.send(get)
                connection.finishSending()
                #expect(status(connection.readToEnd()) == 200)
            }
            if trustedHops == 0 { #expect(first.readToEnd().isEmpty) }
        }
    }

    private func connection(to server: TestServer, beside others: Int) async throws -> RawConnection {
        let connection = try RawConnection(port: server.port)
        try await server.waits { $0.connections.count == others + 1 }
        return connection
    }

    /// A connection with a request whose body lacks its last byte.
    private func unfinished(at server: TestServer, field: String = "") throws -> RawConnection {
        let connection = try RawConnection(port: server.port)
        connection.send(head(ContentionTests.size, field: field))
        connection.send([UInt8](repeating: 97, count: ContentionTests.size - 1))
        return connection
    }

    private func post(_ size: Int, field: String = "") -> String {
        head(size, field: field) + String(repeating: "b", count: size)
    }

    private func head(_ size: Int, field: String = "") -> String {
        "POST / HTTP/1.1\r\nHost: x\r\n\(field)Content-Length: \(size)\r\n\r\n"
    }

    private func forwarded(_ number: Int) -> String { "X-Forwarded-For: 192.0.2.\(number)\r\n" }

    /// Limits with which every route takes bodies of 1 MiB.
    private var large: ServerLimits {
        var limits = ServerLimits.patient
        limits.bodyLimits = [BodyLimit(ContentionTests.size, at: "/")]
        return limits
    }

    /// Responds with the size of the body.
    private var length: Handler { { request in Response(status: 200, body: Array("\(request.body.count)".utf8)) } }
}

extension TestServer {
    /// Like `exchange`, from 127.0.0.`client`.
    func exchange(_ text: String, client: UInt8) throws -> String {
        let connection = try RawConnection(port: port, client: client)
        connection.send(text)
        connection.finishSending()
        return connection.readToEnd()
    }
}
