import Kernel
import Testing

@testable import Export

@Suite("Export manifest")
struct ExportManifestTests {
    private let manifest = ExportManifest(
        exportedAt: Instant(unixSeconds: 1_795_201_140), schema: 7, hasKeys: false,
        files: [
            ExportManifest.File(name: "shops.jsonl", rows: 1, bytes: 20, sha256: "ab"),
            ExportManifest.File(name: "orders.jsonl", rows: 2, bytes: 40, sha256: "cd"),
        ])

    private func text() -> String { String(decoding: manifest.bytes, as: UTF8.self) }

    @Test("comes back from its own bytes, which are one line")
    func roundTrip() throws {
        #expect(try ExportManifest(reading: manifest.bytes) == manifest)
        #expect(manifest.rows == 3)
        #expect(text().hasPrefix(#"{"format":"latchkey export v1","exported_at":"2026-11-20T18:59:00"#))
        #expect(text().hasSuffix("}\n") && text().count(where: \.isNewline) == 1)
    }

    @Test(
        "a file that leads out of the folder, is the manifest's own or is named twice is refused",
        arguments: [
            "../orders.jsonl", "/etc/passwd", ".hidden", "", "a b", "manifest.json", "manifest.json.sig", "shops.jsonl",
            String(repeating: "a", count: 101),
        ])
    func fileNames(name: String) {
        let changed = text().replacing("orders.jsonl", with: name)
        #expect(throws: ExportManifest.Fault.fileName) { try ExportManifest(reading: Array(changed.utf8)) }
    }

    @Test("another format, and what is no manifest, are told apart")
    func format() {
        let other = text().replacing("export v1", with: "export v2")
        #expect(throws: ExportManifest.Fault.otherFormat) { try ExportManifest(reading: Array(other.utf8)) }
        for text in ["", "[]", "{}", text().replacing(#""rows":1"#, with: #""rows":"1""#)] {
            #expect(throws: ExportManifest.Fault.malformed) { try ExportManifest(reading: Array(text.utf8)) }
        }
    }
}
