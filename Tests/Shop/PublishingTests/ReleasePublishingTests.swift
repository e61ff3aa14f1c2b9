import Crypto
import Foundation
import Kernel
import Postgres
import Publishing
import Storage
import Support
import Testing

@Suite("Publishing to a folder", .freshDatabase)
struct ReleasePublishingTests {
    private let publisher: Publisher
    private let source: TemporaryFolder
    private let storage: TemporaryFolder

    init() throws {
        source = try TemporaryFolder()
        storage = try TemporaryFolder()
        try source.write("windows/Delay-win.zip", "for windows")
        try source.write("linux/Delay linux.zip", "for linux")
        try source.write("linux/.DS_Store", "x")
        try source.write(".hidden", "x")
        publisher = Publisher(source, into: storage)
    }

    @Test("files, manifest and rows are written, by their names and digests")
    func publishes() async throws {
        try await applyDemoCatalog()
        let published = try await publisher.publish()
        #expect(published.isNew && published.bucket == "shop")
        #expect(published.changes == [.copied, .copied])
        #expect(
            try storage.files() == [
                "shop/genx-delay/1.0.0/linux/Delay linux.zip", "shop/genx-delay/1.0.0/manifest.json",
                "shop/genx-delay/1.0.0/windows/Delay-win.zip",
            ])
        #expect(try storage.read("shop/genx-delay/1.0.0/linux/Delay linux.zip") == "for linux")
        let manifest = try manifest()
        #expect(manifest == published.manifest)
        #expect(manifest.releasedAt == testNow)
        #expect(
            manifest.files.map(\.object.description) == [
                "genx-delay/1.0.0/linux/Delay linux.zip", "genx-delay/1.0.0/windows/Delay-win.zip",
            ])
        #expect(manifest.files.first?.size == 9)
        let digest = SHA256.hash(Array("for linux".utf8))
        #expect(manifest.files.first?.digest == digest)
        let rows = try await texts(
            """
            SELECT concat_ws('|', p.slug, r.version, a.platform, a.file_name, a.object_name, a.size,
                encode(a.sha256, 'hex'))
            FROM artifacts a JOIN releases r ON r.id = a.release_id JOIN products p ON p.id = r.product_id
            WHERE a.platform = 'linux'
            """)
        #expect(
            rows == [
                "genx-delay|1.0.0|linux|Delay linux.zip|genx-delay/1.0.0/linux/Delay linux.zip|9|\(Hex.encode(digest))"
            ])
    }

    @Test("published again with the same files, nothing happens")
    func again() async throws {
        try await applyDemoCatalog()
        try await publisher.publish()
        let before = try storage.read("shop/genx-delay/1.0.0/manifest.json")
        let again = try await publisher.publish(at: testNow + .seconds(60))
        #expect(!again.isNew && again.changes == [.unchanged, .unchanged])
        #expect(try storage.read("shop/genx-delay/1.0.0/manifest.json") == before)
        #expect(try await rows() == [1, 2])
    }

    @Test(
        "a published version never changes: other bytes, a file more, a file less are refused",
        arguments: ["bytes", "more", "less"], ["both", "manifest", "rows"])
    func immutable(change: String, known: String) async throws {
        try await applyDemoCatalog()
        try await publisher.publish()
        if known == "manifest" { try await forgetReleases() }
        if known == "rows" {
            try FileManager.default.removeItem(atPath: storage.path + "/shop/genx-delay/1.0.0/manifest.json")
        }
        let windows = "genx-delay/1.0.0/windows/Delay-win.zip"
        let objects: [String]
        switch change {
        case "bytes":
            try source.write("windows/Delay-win.zip", "for Windows")
            objects = [windows]
        case "more":
            try source.write("macos/Delay-mac.zip", "for mac")
            objects = ["genx-delay/1.0.0/macos/Delay-mac.zip"]
        default:
            try FileManager.default.removeItem(atPath: source.path + "/windows/Delay-win.zip")
            objects = [windows]
        }
        let before = try storage.files()
        #expect(try await publisher.fault() == .otherContent(objects: objects))
        #expect(try storage.files() == before)
        #expect(try storage.read("shop/\(windows)") == "for windows")
    }

    @Test("what was cut off is finished by another run", arguments: ["rows", "manifest", "file", "half a file"])
    func resumed(missing: String) async throws {
        try await applyDemoCatalog()
        try await publisher.publish()
        let folder = storage.path + "/shop/genx-delay/1.0.0"
        switch missing {
        case "rows": try await forgetReleases()
        case "manifest": try FileManager.default.removeItem(atPath: folder + "/manifest.json")
        case "file": try FileManager.default.removeItem(atPath: folder + "/windows/Delay-win.zip")
        default: try storage.write("shop/genx-delay/1.0.0/windows/Delay-win.zip", "for win")
        }
        #expect(try await publisher.publish(at: testNow + .seconds(60)).isNew)
        #expect(try storage.read("shop/genx-delay/1.0.0/windows/Delay-win.zip") == "for windows")
        #expect(try manifest().releasedAt == testNow)
        #expect(try await rows() == [1, 2])
    }

    @Test("many at once publish once")
    func atOnce() async throws {
        try await applyDemoCatalog()
        let published = try await publisher.publish(atOnce: 5)
        #expect(published.filter(\.isNew).count == 1)
        #expect(try await numbers("SELECT count(*) FROM releases") == [1])
        #expect(try storage.files().count == 3)
    }

    @Test("a file larger than a piece arrives whole, and each file is told before it is read and copied")
    func large() async throws {
        try await applyDemoCatalog()
        let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 9)) }
        try Data(content).write(to: URL(filePath: source.path + "/linux/big.bin"))
        let steps = Steps()
        let published = try await publisher.publish(steps: steps)
        let copy = try Data(contentsOf: URL(filePath: storage.path + "/shop/genx-delay/1.0.0/linux/big.bin"))
        #expect(Array(copy) == content)
        let file = try #require(published.manifest.files.first { $0.object.file == "big.bin" })
        #expect(file.digest == SHA256.hash(content))
        #expect(steps.all.contains(.reading(file.object)))
        #expect(steps.all.contains(.copying(file.object, size: 3_000_000)))
    }

    @Test("an unknown product is told with those there are")
    func unknownProduct() async throws {
        try await applyDemoCatalog()
        #expect(try await publisher.fault(product: "genx-echo") == .noProduct(slug: "genx-echo", known: ["genx-delay"]))
        #expect(try storage.files().isEmpty)
    }

    @Test("an empty file is refused by its path, and nothing is stored")
    func emptyFile() async throws {
        try await applyDemoCatalog()
        let path = try source.write("linux/empty.zip", "")
        #expect(try await publisher.fault() == .empty(path: path))
        #expect(try storage.files().isEmpty)
    }

    @Test("what lies in the place of the manifest and is none is left alone, and nothing is published")
    func notManifest() async throws {
        try await applyDemoCatalog()
        let path = try storage.write("shop/genx-delay/1.0.0/manifest.json", "{}")
        #expect(try await publisher.fault() == .notManifest(place: path))
        #expect(try storage.read("shop/genx-delay/1.0.0/manifest.json") == "{}")
        #expect(try await rows() == [0, 0])
    }

    private func manifest() throws -> ReleaseManifest {
        try ReleaseManifest(json: Array(storage.read("shop/genx-delay/1.0.0/manifest.json").utf8))
    }

    private func rows() async throws -> [Int64] {
        try await numbers("SELECT (SELECT count(*) FROM releases), (SELECT count(*) FROM artifacts)", count: 2)
    }
}
