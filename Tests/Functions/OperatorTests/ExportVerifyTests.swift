import FoundationEssentials
import Orders
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey export verify", .freshDatabase)
struct ExportVerifyTests {
    private func exported() async throws -> ExportDesk {
        _ = try await DemoOrder()
        let desk = try ExportDesk()
        #expect(try await desk.export().exitCode == 0)
        return desk
    }

    @Test("a changed byte, a missing file, an added row and a strange file are each named")
    func tampered() async throws {
        let desk = try await exported()
        try desk.change("orders.jsonl") { $0.replacing("4900", with: "4901") }
        try desk.change("refunds.jsonl") { $0 + "{}\n" }
        try FileManager.default.removeItem(atPath: desk.path("shop/customers.jsonl"))
        try desk.folder.write("shop/extra.jsonl", "{}")
        let run = try await desk.verify()
        #expect(run.exitCode == 1)
        let lines = run.output.split(separator: "\n").map(String.init)
        #expect(
            lines.sorted() == [
                "customers.jsonl cannot be read: No such file or directory", "extra.jsonl is not part of the export",
                "orders.jsonl was changed: its SHA-256 is not the manifest's",
                "refunds.jsonl has 1 rows, the manifest says 0",
            ])
        #expect(run.remarks.contains("the export does not hold: 4 faults"))
    }

    @Test("a length that changes without a row shows as well")
    func longer() async throws {
        let desk = try await exported()
        try desk.change("shops.jsonl") { $0.replacing("}", with: " }") }
        #expect(try await desk.verify().output.hasPrefix("shops.jsonl has "))
    }

    @Test("a signature by another key is refused, though everything else holds")
    func anotherKey() async throws {
        let desk = try await exported()
        let other = try ExportDesk()
        let run = try await desk.verify(publicKey: other.path("key.pub.pem"))
        #expect(run.exitCode == 1)
        #expect(run.output.hasPrefix("manifest.json: the signature is not this key's"))
        #expect(run.output.split(separator: "\n").count == 1)
    }

    @Test("a manifest that was changed to fit does not pass for what was signed")
    func forgedManifest() async throws {
        let desk = try await exported()
        try desk.change("manifest.json") { $0.replacing(#""license_keys":false"#, with: #""license_keys":true"#) }
        let run = try await desk.verify("--json")
        #expect(run.exitCode == 1)
        #expect(run.output.contains("another key signed it, or it was changed"))
    }

    @Test("a manifest that leads out of the folder is none")
    func escape() async throws {
        let desk = try await exported()
        try desk.change("manifest.json") { $0.replacing("orders.jsonl", with: "../orders.jsonl") }
        let run = try await desk.verify()
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("names a file that is not beside it"))
    }

    @Test("an export that did not come to its end is told from one that was changed")
    func unfinished() async throws {
        let desk = try await exported()
        try FileManager.default.removeItem(atPath: desk.path("shop/manifest.json"))
        let run = try await desk.verify()
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("is this a whole export?"))
    }
}
