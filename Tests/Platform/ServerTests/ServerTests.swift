import EventLoop
import HTTP
import Kernel
import Log
import Server
import Support
import Synchronization
import Testing

@Suite("Server")
struct ServerTests {
    @Test("answers a request with its body, length, date and connection")
    func answers() async throws {
        let server = try await TestServer(handler: echo)
        let answer = try server.exchange("POST /echo?a=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nPOST /echo a=1 hello"))
        #expect(answer.contains("Content-Length: 20\r\n"))
        #expect(answer.contains("\r\nDate: "))
    }

    @Test("answers a thousand requests one after the other on one connection")
    func sequential() async throws {
        let server = try await TestServer(handler: echo)
        let connection = try RawConnection(port: server.port)
        for number in 0..<1_000 {
            connection.send("GET /items/\(number) HTTP/1.1\r\nHost: x\r\n\r\n")
            let answer = connection.read { $0.contains("GET /items/\(number) ") }
            #expect(status(answer) == 200)
        }
    }

    @Test("answers pipelined requests in order, whatever each takes")
    func pipelined() async throws {
        let server = try await TestServer { request in
            if request.path == "/echo" { await slowly(20) }
            return Response(status: 200, body: Array("<\(request.path)>".utf8))
        }
        let request = { (path: String) in "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" }
        let answer = try server.exchange(request("/echo") + request("/a") + request("/echo") + request("/b"))
        let order = answer.split(separator: "<").dropFirst().compactMap { $0.split(separator: ">").first }
        #expect(order == ["/echo", "/a", "/echo", "/b"])
    }

    @Test("answers 503 at the deadline when a handler does not come back, and serves others meanwhile")
    func deadline() async throws {
        var limits = ServerLimits.patient
        limits.requestTime = .seconds(5)
        let server = try await TestServer(limits: limits) { request in
            if request.path == "/echo" { await slowly(3_600_000) }
            return Response(status: 200)
        }
        let slow = try RawConnection(port: server.port)
        slow.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(status(try server.exchange("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")) == 200)
        let answer = slow.readToEnd()
        #expect(status(answer) == 503)
        #expect(answer.contains("Retry-After: 1\r\n"))
        #expect(answer.contains("Connection: close\r\n"))
    }

    @Test("a drain lets the request under way end and closes idle connections")
    func drain() async throws {
        let started = try await onLoop { Outcome<Void, Never>() }
        let server = try await TestServer { request in
            if request.path == "/echo" {
                await started.settle(.success(()))
                await slowly(50)
            }
            return Response(status: 200)
        }
        let idle = try RawConnection(port: server.port)
        idle.send("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = idle.read { $0.contains("\r\n\r\n") }
        let busy = try RawConnection(port: server.port)
        busy.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
        try await onLoop {
            await started.value()
            await server.server.drain()
        }
        let answer = busy.readToEnd()
        #expect(status(answer) == 200)
        #expect(answer.contains("Connection: close"))
        #expect(idle.readToEnd().isEmpty)
        #expect(throws: RawConnection.Fault.self) { try RawConnection(port: server.port) }
    }

    @Test("logs the route and the network, never the path, the query or the whole address")
    func log() async throws {
        let server = try await TestServer(handler: echo)
        _ = try server.exchange(
            "GET /items/s3cret?key=s3cret HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6, 203.0.113.77\r\n"
                + "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n")
        let line = server.logged
        #expect(line.contains(#""requestUrl":"/items/{id}""#))
        #expect(line.contains(#""remoteIp":"203.0.113.0""#))
        #expect(line.contains("projects/shop/traces/0af7651916cd43dd8448eb211c80319c"))
        #expect(line.contains(#""logging.googleapis.com/spanId":"b7ad6b7169203331""#))
        #expect(line.contains(#""logging.googleapis.com/trace_sampled":true"#))
        #expect(line.contains(#""function":"test","revision":"test-00001""#))
        #expect(line.contains(#""outcome":"answered""#))
        #expect(line.contains(try Regex(#""latency":"0\.[0-9]{6}s""#)))
        #expect(!line.contains("s3cret"))
    }

    @Test("what a handler logs has the trace of its request, and of no other")
    func trace() async throws {
        let lines = Lines()
        let log = Log { line in lines.add(line) }
        let server = try await TestServer { request in
            await slowly(request.path == "/echo" ? 20 : 1)
            log(.info, "at \(request.path)")
            return Response(status: 200)
        }
        let connections = try ["/echo", "/items/1", "/a"].enumerated().map { number, path in
            let connection = try RawConnection(port: server.port)
            let trace =
                number == 2
                ? "" : "traceparent: 00-\(String(repeating: "\(number + 1)", count: 32))-b7ad6b7169203331-01\r\n"
            connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\(trace)\r\n")
            connection.finishSending()
            return connection
        }
        for connection in connections { #expect(status(connection.readToEnd()) == 200) }
        #expect(lines.text("at /echo").contains("projects/shop/traces/1111"))
        #expect(lines.text("at /items/1").contains("projects/shop/traces/2222"))
        #expect(!lines.text("at /a").contains("trace"))
    }

    @Test("every answer tells browsers the rules: a handler's, a refusal's, a health check's, the server's own")
    func browserRules() async throws {
        let server = try await TestServer(isReady: { false }) { request throws(Refusal) in
            guard request.path == "/echo" else { throw .notFound }
            return Response(status: 204)
        }
        let secure = "X-Forwarded-Proto: https\r\n"
        for (message, status) in [
            ("GET /echo HTTP/1.1\r\nHost: x\r\n\(secure)\r\n", "204"),
            ("GET /x HTTP/1.1\r\nHost: x\r\n\(secure)\r\n", "404"),
            ("GET /healthz HTTP/1.1\r\nHost: x\r\n\(secure)\r\n", "200"),
            ("GET /readyz HTTP/1.1\r\nHost: x\r\n\(secure)\r\n", "503"),
            ("TRACE / HTTP/1.1\r\nHost: x\r\n\(secure)\r\n", "405"), ("GET / HTTP/1.1\r\n\(secure)\r\n", "400"),
        ] {
            let answer = try server.exchange(message)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            for field in [
                "X-Content-Type-Options: nosniff", "Content-Security-Policy: default-src 'none'",
                "frame-ancestors 'none'", "Referrer-Policy: no-referrer",
                "Strict-Transport-Security: max-age=63072000; includeSubDomains",
            ] {
                #expect(answer.contains(field), "\(status) \(field)")
            }
            #expect(!answer.contains("Access-Control") && !answer.contains("Set-Cookie"))
        }
        #expect(!(try server.exchange("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")).contains("Strict-Transport"))
    }

    @Test(
        "logs an IPv6 caller's network, however short the address is written",
        arguments: [
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"), ("2001:db8:1::7", "2001:db8:1::"), ("2001:db8::7", "2001:db8::"),
            ("2a00::7", "2a00::"), ("::7", "::"), ("::ffff:203.0.113.77", "203.0.113.0"),
        ])
    func network(address: String, network: String) async throws {
        let server = try await TestServer(handler: echo)
        _ = try server.exchange("GET /items/1 HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: \(address)\r\n\r\n")
        #expect(server.logged.contains(#""remoteIp":"\#(network)""#))
    }

    @Test("a handler's own Content-Length is sent once; one that does not fit the body ends the connection")
    func announced() async throws {
        let server = try await TestServer { request in
            Response(status: 200, fields: ["Content-Length": request.query], body: Array("hello".utf8))
        }
        let request = { (method: String, length: Int) in "\(method) /echo?\(length) HTTP/1.1\r\nHost: x\r\n\r\n" }
        let fitting = try server.exchange(request("GET", 5) + request("GET", 5))
        #expect(fitting.split(separator: "Content-Length: 5\r\n").count == 3)
        let head = try server.exchange(request("HEAD", 9) + request("GET", 5))
        #expect(head.contains("Content-Length: 9\r\n"))
        #expect(head.hasSuffix("hello"))
        let cut = try server.exchange(request("GET", 9) + request("GET", 5))
        #expect(cut.contains("Content-Length: 9\r\n"))
        #expect(cut.contains("Connection: close\r\n"))
        #expect(cut.split(separator: "HTTP/1.1 ").count == 1)
    }

    @Test("health needs nothing, readiness checks")
    func health() async throws {
        let server = try await TestServer(isReady: { false }, handler: echo)
        for (path, expected) in [("/healthz", 200), ("/health", 200), ("/readyz", 503), ("/ready", 503)] {
            #expect(status(try server.exchange("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")) == expected)
        }
    }
}

/// Waits on the loop, or until the task is cancelled.
@Sendable
private func slowly(_ milliseconds: Int) async {
    do { try await Loop.sleep(for: .milliseconds(milliseconds)) } catch {}
}

/// The lines that handlers logged.
private final class Lines: Sendable {
    private let lines = Mutex<[LogLine]>([])

    func add(_ line: LogLine) { lines.withLock { $0.append(line) } }

    func text(_ message: String) -> String {
        lines.withLock { lines in
            let line = lines.first { $0.message == message }
            return line.map {
                String(
                    decoding: $0.bytes(
                        at: Instant(unixSeconds: 0), from: LogOrigin("", project: "shop"), masking: LogMask(.addresses)),
                    as: UTF8.self
                )
            }
                ?? ""
        }
    }
}
