import FoundationEssentials
import HTTP
import JSON
import Kernel
import Support
import Testing

@testable import Sandbox

/// What only the executable can show: a test's own process links another Foundation.
@Suite("The program")
struct ProgramTests {
    @Test("serves an object behind a signed URL, a session behind the key, and stops on SIGTERM")
    func serves() throws {
        let folder = "\(FileManager.default.temporaryDirectory.path)/sandbox-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data("0123456789".utf8).write(to: URL(filePath: "\(folder)/a.zip"))
        let program = try SandboxProcess(
            TestSandbox.environment.merging([
                "LOG_LEVEL": "notice", "STORAGE_FOLDER": folder, "STORAGE_SIGNER": "hmac:ME:key", "WEBHOOK_URL": "",
            ]) { $1 })
        let ports = try #require(program.line())
        let target = try signedTarget("/shop/a.zip", id: "ME", secret: "key", at: WallClock.system.now())
        let object = try exchange(
            ports["storage"], "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=2-4\r\n\r\n")
        #expect(object.hasPrefix("HTTP/1.1 206 Partial Content\r\n"))
        #expect(object.hasSuffix("\r\n\r\n234"))
        #expect(!object.contains(" 1970 "))
        let order = TestSandbox.order()
        let session = try exchange(
            ports["stripe"],
            "POST /v1/checkout/sessions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(TestSandbox.key)\r\n"
                + "Content-Length: \(order.utf8.count)\r\n\r\n\(order)")
        #expect(session.contains(#""amount_total": 4900"#))
        program.stop()
        #expect(program.status() == 0)
    }

    @Test("refuses to start with a key that moves real money, in one line", arguments: ["sk_live_51", "rk_live_51"])
    func refuses(key: String) throws {
        let program = try SandboxProcess(TestSandbox.environment.merging(["STRIPE_API_KEY": key]) { $1 })
        let line = try #require(program.line()).text
        #expect(line.contains("STRIPE_API_KEY holds a live key"))
        #expect(!line.contains(key))
        #expect(program.line() == nil)
        #expect(program.status() == 1)
    }

    private func exchange(_ port: JSONValue, _ text: String) throws -> String {
        let connection = try RawConnection(port: Int(try #require(port.integer)))
        connection.send(text)
        connection.finishSending()
        return connection.readToEnd()
    }
}
