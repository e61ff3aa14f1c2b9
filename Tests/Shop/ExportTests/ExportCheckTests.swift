import Crypto
import Files
import FoundationEssentials
import Kernel
import Support
import Testing

@testable import Export

@Suite("Checking an export")
struct ExportCheckTests {
    private let home: TemporaryFolder
    private let folder: ExportFolder
    private let signer: Ed25519PrivateKey

    /// Writes an export of two files.
    init() throws {
        home = try TemporaryFolder()
        folder = ExportFolder(path: home.path + "/shop")
        signer = try Ed25519PrivateKey(seed: Secret(bytes: [UInt8](repeating: 7, count: 32)))
        try folder.create()
        let files = try ["orders.jsonl", "refunds.jsonl"].map { name in
            try folder.begin(name)
            try folder.append([#"{"id":1}"#, #"{"id":2}"#], to: name)
            return try folder.end(name, rows: 2)
        }
        let manifest = ExportManifest(exportedAt: Instant(unixSeconds: 0), schema: 1, hasKeys: false, files: files)
        try folder.write(ExportManifest.fileName, manifest.bytes)
        try folder.write(ExportManifest.signatureName, signer.sign(manifest.bytes))
    }

    private func defects(key: Ed25519PublicKey? = nil) throws -> [ExportDefect] {
        try ExportCheck(folder: folder.path, key: key ?? signer.publicKey) { _ in }().defects
    }

    @Test("an export as it was written has no defects")
    func whole() throws {
        #expect(try defects() == [])
    }

    @Test("each kind of change is its own defect")
    func changed() throws {
        try home.write("shop/orders.jsonl", "{\"id\":1}\n{\"id\":3}\n")
        #expect(try defects() == [.digest(file: "orders.jsonl")])
        try home.write("shop/orders.jsonl", "{\"id\":1}\n{\"id\": 2}\n")
        #expect(try defects() == [.bytes(file: "orders.jsonl", found: 19, stated: 18)])
        try home.write("shop/orders.jsonl", "{\"id\":1}\n")
        #expect(try defects() == [.rows(file: "orders.jsonl", found: 1, stated: 2)])
        PrivateFile.remove(folder.path + "/orders.jsonl")
        try home.write("shop/extra.jsonl", "{}")
        let defects = try defects()
        #expect(defects.count == 2 && defects.last == .stranger(file: "extra.jsonl"))
        guard case .unreadable("orders.jsonl", let fault) = defects.first else { throw Unexpected() }
        #expect(fault.isMissing)
    }

    @Test("another key, and a manifest changed after signing, make the signature a defect")
    func signature() throws {
        let other = try Ed25519PrivateKey(seed: Secret(bytes: [UInt8](repeating: 8, count: 32))).publicKey
        #expect(try defects(key: other) == [.signature])
        let text = try home.read("shop/manifest.json")
        try home.write("shop/manifest.json", text.replacing(#""schema":1"#, with: #""schema":2"#))
        #expect(try defects() == [.signature])
    }

    @Test("without its manifest there is nothing to check against")
    func unfinished() throws {
        PrivateFile.remove(folder.path + "/manifest.json")
        let fault = #expect(throws: ExportCheckFault.self) { try defects() }
        guard case .unreadable(let path, _) = fault else { throw Unexpected() }
        #expect(path == folder.path + "/manifest.json")
    }

    @Test("an export never writes into a folder that is there, and removes only what it wrote")
    func folders() throws {
        #expect(throws: ExportFault.self) { try folder.create() }
        folder.remove(["orders.jsonl"])
        #expect(try home.files() == ["shop/manifest.json", "shop/manifest.json.sig", "shop/refunds.jsonl"])
    }

    private struct Unexpected: Error {}
}
