import EventLoop
import HTTP
import Log
import Server
import Support

/// A server that answers every request of Stripe's API in one way.
func withStripe<Output: Sendable>(
    _ answer: Response, endpoints: Response? = nil, _ body: (_ base: String) async throws -> Output
) async throws -> Output {
    let log = Log { _ in }
    let server = try await onLoop {
        let server = Server(
            limits: ServerLimits(), requestLog: RequestLog(log, routes: [], trustedHops: 0),
            isReady: { true },
            handler: { request in
                request.path == "/v1/webhook_endpoints" ? endpoints ?? answer : answer
            })
        return (server, try server.listen(host: "127.0.0.1", port: 0))
    }
    let output = try await body("http://127.0.0.1:\(server.1)")
    await server.0.drain()
    return output
}

/// A mail server that greets, and answers each command with what `reply` says.
func withMailServer<Output: Sendable>(
    _ reply: @escaping @Sendable (String) -> String, _ body: (_ authority: String) async throws -> Output
) async throws -> Output {
    let listener = try await onLoop {
        try TCPListener(host: "127.0.0.1", port: 0) { stream in
            let line = PartialLine()
            stream.onBytes = { bytes in
                for index in bytes.indices {
                    if let command = line.take(bytes[index]) { stream.write(Array((reply(command) + "\r\n").utf8)) }
                }
            }
            stream.onEnd = { stream.close() }
            stream.startReading()
            stream.write(Array("220 mail.example\r\n".utf8))
        }
    }
    let output = try await body("127.0.0.1:\(onLoop { listener.port })")
    try await onLoop { listener.close() }
    return output
}

@Loop
private final class PartialLine {
    private var bytes: [UInt8] = []

    func take(_ byte: UInt8) -> String? {
        if byte != UInt8(ascii: "\n") {
            bytes.append(byte)
            return nil
        }
        defer { bytes = [] }
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }
}
