import Orders
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey export", .freshDatabase)
struct ExportTests {
    @Test("tells each table's rows and whether keys are in it, for people and for programs, and verify agrees")
    func told() async throws {
        _ = try await DemoOrder()
        let desk = try ExportDesk()
        let run = try await desk.export("--with-keys", "--json")
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(run.output.contains(#""license_keys":true"#))
        #expect(run.output.contains(#""orders.jsonl":1"#) && run.output.contains(#""licenses.jsonl":1"#))
        let check = try await desk.verify()
        #expect(check.exitCode == 0, "\(check.output)\(check.remarks)")
        #expect(check.output.contains("as signed"))
        let other = try ExportDesk()
        let plain = try await other.export(environment: ["LICENSE_SECRETS": "", "KEY_PEPPER": ""])
        #expect(plain.exitCode == 0, "\(plain.remarks)")
        #expect(plain.output.contains("without their keys"))
    }

    @Test("a folder that is there, and keys that cannot be derived, are told as what they are")
    func failing() async throws {
        _ = try await DemoOrder()
        let desk = try ExportDesk()
        let pepper = String(repeating: "AQEB", count: 10) + "AQE="
        let other = try await desk.export("--with-keys", environment: ["KEY_PEPPER": pepper])
        #expect(other.exitCode == 1)
        #expect(other.remarks.contains("license \(DemoOrder.license): the derived key is not the one it has"))
        let missing = try await desk.export("--with-keys", environment: ["LICENSE_SECRETS": "2:" + pepper])
        #expect(missing.exitCode == 1)
        #expect(missing.remarks.contains("LICENSE_SECRETS lacks version 1"))
        try desk.folder.write("shop/precious.txt", "mine")
        let run = try await desk.export()
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("cannot be made: File exists"))
    }

    @Test("a key of another kind, and none, are refused before anything is read")
    func wrongKey() async throws {
        let desk = try ExportDesk()
        try desk.makeKey("X25519")
        let run = try await desk.export()
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("is not an Ed25519 private key"))
        let noKey = try await Run.eve(["export", desk.path("shop"), "--reason", "r"])
        #expect(noKey.exitCode == 2)
        #expect(noKey.remarks.contains("--key FILE is missing"))
    }
}
