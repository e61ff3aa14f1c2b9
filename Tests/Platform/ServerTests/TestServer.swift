import EventLoop
import Glibc
import HTTP
import Kernel
import Log
import Server
import Support
import Synchronization

/// A server on a free loopback port, with the lines it logged.
final class TestServer: Sendable {
    let server: Server
    let port: Int
    private let lines: Lines

    init(
        limits: ServerLimits = .patient, trustedHops: Int = 1,
        isReady: @escaping @Sendable () async -> Bool = { true },
        handler: @escaping Handler
    ) async throws {
        let lines = Lines()
        self.lines = lines
        let log = Log { line in
            lines.text.withLock {
                $0 += String(
                    decoding: line.bytes(
                        at: Instant(unixSeconds: 0), from: LogOrigin("test", revision: "test-00001", project: "shop"),
                        masking: LogMask(.addresses)),
                    as: UTF8.self)
            }
        }
        let server = Server(
            limits: limits,
            requestLog: RequestLog(log, routes: ["/echo", "/items/{id}"], trustedHops: trustedHops),
            isReady: isReady, handler: handler)
        self.server = server
        port = try await onLoop { try server.listen(host: "127.0.0.1", port: 0) }
    }

    /// Everything logged so far.
    var logged: String { lines.text.withLock { $0 } }

    /// Sends `text` on a new connection, shuts down the sending side, and returns everything received.
    func exchange(_ text: String) throws -> String {
        let connection = try RawConnection(port: port)
        connection.send(text)
        connection.finishSending()
        return connection.readToEnd()
    }

    private final class Lines: Sendable {
        let text = Mutex("")
    }
}

/// Returns the status of the first response in `text`, 0 if there is none.
func status(_ text: String) -> Int { Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0 }

/// Responds with a description of the request.
let echo: Handler = { request in
    Response(
        status: 200, fields: ["Content-Type": "text/plain"],
        body: Array("\(request.method.rawValue) \(request.path) \(request.query) ".utf8) + request.body)
}

extension ServerLimits {
    /// The production limits, but for deadlines that a busy machine might miss.
    static var patient: ServerLimits {
        var limits = ServerLimits()
        limits.headerTime = .seconds(600)
        limits.bodyTime = .seconds(600)
        return limits
    }
}
