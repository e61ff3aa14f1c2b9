import EventLoop
import HTTP
import Support
import Testing

@testable import Server

@Suite("Limits of a request", .timeLimit(.minutes(15)))
struct LimitTests {
    @Test(
        "a target beyond the limit is 414, in one piece and in two, and however far beyond",
        arguments: [8_192, 20_000, 70_000])
    func target(excess: Int) async throws {
        let server = try await TestServer(handler: echo)
        let line = "GET /" + String(repeating: "a", count: excess)
        #expect(status(try server.exchange(line + " HTTP/1.1\r\nHost: x\r\n\r\n")) == 414)
        #expect(status(try server.exchange(inPieces: line + " HTTP/1.1\r\nHost: x\r\n\r\n", of: 1_000)) == 414)
    }

    @Test("a target of the limit's length is served")
    func longestTarget() async throws {
        let server = try await TestServer(handler: echo)
        let target = "/" + String(repeating: "a", count: 8_191)
        #expect(status(try server.exchange("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")) == 200)
    }

    @Test(
        "header fields beyond the limits are 431: one large, many small, empty ones, long names",
        arguments: [
            "X: " + String(repeating: "a", count: 17_000) + "\r\n",
            String(repeating: "X: 1\r\n", count: 100),
            String(repeating: "X:\r\n", count: 100),
            String(repeating: "a", count: 17_000) + ": 1\r\n",
            String(repeating: "X: " + String(repeating: "b", count: 400) + "\r\n", count: 50),
        ])
    func header(lines: String) async throws {
        let server = try await TestServer(handler: echo)
        let text = "GET / HTTP/1.1\r\nHost: x\r\n\(lines)\r\n"
        #expect(status(try server.exchange(text)) == 431)
        #expect(status(try server.exchange(inPieces: text, of: 1)) == 431)
    }

    @Test("a header that never ends is 431, not held until its deadline")
    func endless() async throws {
        let server = try await TestServer(handler: echo)
        let connection = try RawConnection(port: server.port)
        connection.send("GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 17_000))
        #expect(status(connection.readToEnd()) == 431)
    }

    @Test("a header just within the limits is served")
    func largestHeader() async throws {
        let server = try await TestServer(handler: echo)
        let lines = (0..<99).map { _ in "X: " + String(repeating: "a", count: 160) + "\r\n" }.joined()
        #expect(status(try server.exchange("GET / HTTP/1.1\r\nHost: x\r\n\(lines)\r\n")) == 200)
    }

    @Test(
        "a body beyond the limit is 413 as soon as that is known, without 100 Continue",
        arguments: [
            "Content-Length: 11\r\n\r\n", "Content-Length: 11\r\nExpect: 100-continue\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nb\r\n", "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n",
            "Transfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n5\r\n",
        ])
    func body(rest: String) async throws {
        let server = try await TestServer(limits: tenBytes, handler: echo)
        let connection = try RawConnection(port: server.port)
        connection.send("POST / HTTP/1.1\r\nHost: x\r\n" + rest)
        #expect(status(connection.readToEnd()) == 413)
    }

    @Test(
        "a body of the limit's length is served",
        arguments: [
            "Content-Length: 10\r\n\r\n0123456789", "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n",
        ])
    func largestBody(rest: String) async throws {
        let server = try await TestServer(limits: tenBytes, handler: echo)
        #expect(status(try server.exchange("POST / HTTP/1.1\r\nHost: x\r\n" + rest)) == 200)
    }

    @Test("a body may have 16 KiB, or as much as its route allows, however the path is written")
    func bodyByRoute() async throws {
        let server = try await TestServer(
            limits: limits { $0.bodyLimits = [BodyLimit(1 << 20, at: "/items/{id}")] }, handler: echo)
        for (path, size, expected) in [
            ("/echo", 16_384, 200), ("/echo", 16_385, 413), ("/items/1", 1 << 20, 200), ("/items/1", 1 << 20 + 1, 413),
            ("/%69tems/1/?a", 1 << 20, 200), ("/items", 16_385, 413), ("/items/1/2", 16_385, 413),
        ] {
            let body = String(repeating: "a", count: size)
            for framed in ["Content-Length: \(size)\r\n\r\n\(body)", chunked([size])] {
                #expect(
                    status(try server.exchange("POST \(path) HTTP/1.1\r\nHost: x\r\n\(framed)")) == expected, "\(path)")
            }
        }
    }

    @Test("a body in very many chunks is 413; lines of a mail, each a chunk, are not")
    func manyChunks() async throws {
        let server = try await TestServer(
            limits: limits { $0.bodyLimits = [BodyLimit(1 << 20, at: "/")] }, handler: echo)
        for (sizes, expected) in [
            (Array(repeating: 1, count: 1_000), 200), (Array(repeating: 1, count: 2_000), 413),
            (Array(repeating: 70, count: 14_000), 200),
        ] {
            #expect(status(try server.exchange("POST / HTTP/1.1\r\nHost: x\r\n" + chunked(sizes))) == expected)
        }
    }

    private func chunked(_ sizes: [Int]) -> String {
        let chunks = sizes.map { String($0, radix: 16) + "\r\n" + String(repeating: "a", count: $0) + "\r\n" }
        return "Transfer-Encoding: chunked\r\n\r\n" + chunks.joined() + "0\r\n\r\n"
    }

    @Test("a refusal reaches a caller that goes on sending (RFC 9112 section 9.6)")
    func refusalArrives() async throws {
        let server = try await TestServer(handler: echo)
        let connection = try RawConnection(port: server.port)
        connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
        connection.send([UInt8](repeating: 0, count: 3_000_000))
        connection.finishSending()
        #expect(status(connection.readToEnd()) == 413)
    }

    @Test(
        "100 Continue comes before the body, whatever frames it",
        arguments: ["Content-Length: 5", "Transfer-Encoding: chunked"])
    func continues(framing: String) async throws {
        let server = try await TestServer(handler: echo)
        let connection = try RawConnection(port: server.port)
        connection.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\(framing)\r\n\r\n")
        let interim = connection.read { $0.hasSuffix("\r\n\r\n") }
        #expect(interim == "HTTP/1.1 100 Continue\r\n\r\n")
        connection.send(framing.hasPrefix("C") ? "hello" : "5\r\nhello\r\n0\r\n\r\n")
        connection.finishSending()
        let answer = connection.readToEnd()
        #expect(status(answer) == 200)
        #expect(answer.hasSuffix("POST /  hello"))
    }

    @Test("HTTP/1.0 gets no 100 Continue (RFC 9110 section 10.1.1)")
    func noContinue() async throws {
        let server = try await TestServer(handler: echo)
        let head = "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
        let answer = try server.exchange(inPieces: head + "hello", of: head.utf8.count)
        #expect(status(answer) == 200)
        #expect(!answer.contains("100 Continue"))
    }

    private var tenBytes: ServerLimits { limits { $0.bodyBytes = 10 } }

    private func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits.patient
        change(&limits)
        return limits
    }
}

extension TestServer {
    /// Like `exchange`, with `count` bytes sent at a time.
    func exchange(inPieces text: String, of count: Int) throws -> String {
        let connection = try RawConnection(port: port)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            connection.send(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        connection.finishSending()
        return connection.readToEnd()
    }
}
