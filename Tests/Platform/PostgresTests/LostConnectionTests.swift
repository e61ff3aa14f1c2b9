import EventLoop
import Kernel
import Postgres
import Support
import Testing

@Suite("Lost connection", .timeLimit(.minutes(15)))
struct LostConnectionTests {
    @Test("a server that closes without a reply is transient, not a configuration fault")
    func wordless() async throws {
        try await onLoop {
            let server = try SilentServer()
            let connection = try await Connection.open(server.settings)
            let fault = await fault { _ = try await connection.run(Statement<Int>.affected("SELECT 1")) }
            #expect(fault == .connectionLost)
            #expect(fault?.refusal == .unavailable(retryAfterSeconds: 1))
            #expect(connection.isClosed)
            server.close()
        }
    }

    @Test("a connection dropped without being closed does not break the next", .freshDatabase)
    func dropped() async throws {
        try await onLoop {
            let settings = try testDatabase()
            let one = Statement<Int64>.row("SELECT 1::bigint") { row throws(PostgresFault) in try row.integer(0) }
            // The system reuses the dropped socket's number for the next one.
            for _ in 0..<3 {
                let connection = try await Connection.open(settings)
                let answer = try await connection.run(one)
                #expect(answer == 1)
            }
        }
    }
}

/// A Postgres server that accepts every login and closes at the first statement.
@Loop
private final class SilentServer {
    private var listener: TCPListener?

    init() throws {
        listener = try TCPListener(host: "127.0.0.1", port: 0) { stream in
            var isIn = false
            stream.onBytes = { _ in
                if isIn { return stream.close() }
                isIn = true
                // AuthenticationOk, ReadyForQuery. Source: Postgres's documentation, «Message Formats».
                stream.write(Array("R\0\0\0\u{8}\0\0\0\0Z\0\0\0\u{5}I".utf8))
            }
            stream.onEnd = { stream.close() }
            stream.startReading()
        }
    }

    var settings: DatabaseSettings {
        DatabaseSettings(
            url: Secret("postgres://x@127.0.0.1:\(listener?.port ?? 0)/x?sslmode=disable"), poolSize: 1)
    }

    func close() { listener?.close() }
}
