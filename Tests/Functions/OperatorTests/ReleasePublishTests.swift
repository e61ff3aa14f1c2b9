import Crypto
import FoundationEssentials
import Kernel
import Postgres
import Publishing
import Storage
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey release publish", .freshDatabase)
struct ReleasePublishTests {
    private let source: TemporaryFolder
    private let storage: TemporaryFolder

    init() throws {
        source = try TemporaryFolder()
        storage = try TemporaryFolder()
        try source.write("windows/Delay-win.zip", "for windows")
        try source.write("linux/Delay linux.zip", "for linux")
        try source.write("linux/.DS_Store", "x")
        try source.write(".hidden", "x")
    }

    @Test("files, manifest and rows are written, by their names and digests")
    func publishes() async throws {
        try await prepare()
        let run = try await publish()
        #expect(run.exitCode == 0, "\(run.remarks)")
        let digest = Hex.encode(SHA256.hash(Array("for linux".utf8)))
        #expect(
            run.output.hasPrefix("copied  genx-delay/1.0.0/linux/Delay linux.zip  9 bytes  sha256 \(digest)\ncopied  "))
        #expect(run.output.hasSuffix("published genx-delay 1.0.0 in shop\n"))
        #expect(
            try storage.files() == [
                "shop/genx-delay/1.0.0/linux/Delay linux.zip", "shop/genx-delay/1.0.0/manifest.json",
                "shop/genx-delay/1.0.0/windows/Delay-win.zip",
            ])
        #expect(try storage.read("shop/genx-delay/1.0.0/linux/Delay linux.zip") == "for linux")
        let manifest = try ReleaseManifest(json: Array(storage.read("shop/genx-delay/1.0.0/manifest.json").utf8))
        #expect(manifest.releasedAt == testNow)
        #expect(
            manifest.files.map(\.object.description) == [
                "genx-delay/1.0.0/linux/Delay linux.zip", "genx-delay/1.0.0/windows/Delay-win.zip",
            ])
        let rows = try await texts(
            """
            SELECT concat_ws('|', p.slug, r.version, a.platform, a.file_name, a.object_name, a.size,
                encode(a.sha256, 'hex'))
            FROM artifacts a JOIN releases r ON r.id = a.release_id JOIN products p ON p.id = r.product_id
            WHERE a.platform = 'linux'
            """)
        #expect(
            rows == [
                "genx-delay|1.0.0|linux|Delay linux.zip|genx-delay/1.0.0/linux/Delay linux.zip|9|\(digest)"
            ])
    }

    @Test("published again with the same files, nothing happens")
    func again() async throws {
        try await prepare()
        _ = try await publish()
        let before = try storage.read("shop/genx-delay/1.0.0/manifest.json")
        let run = try await publish(at: testNow + .seconds(60))
        #expect(run.exitCode == 0)
        #expect(run.output.contains("unchanged  genx-delay/1.0.0/windows/Delay-win.zip"))
        #expect(run.output.hasSuffix("genx-delay 1.0.0 is published already; nothing to do\n"))
        #expect(try storage.read("shop/genx-delay/1.0.0/manifest.json") == before)
        #expect(
            try await numbers("SELECT (SELECT count(*) FROM releases), (SELECT count(*) FROM artifacts)", count: 2) == [
                1, 2,
            ])
    }

    @Test(
        "a published version never changes: other bytes, a file more, a file less are refused",
        arguments: ["bytes", "more", "less"], ["both", "manifest", "rows"])
    func immutable(change: String, known: String) async throws {
        try await prepare()
        _ = try await publish()
        if known == "manifest" { try await execute("DELETE FROM artifacts; DELETE FROM releases") }
        if known == "rows" {
            try FileManager.default.removeItem(atPath: storage.path + "/shop/genx-delay/1.0.0/manifest.json")
        }
        switch change {
        case "bytes": try source.write("windows/Delay-win.zip", "for Windows")
        case "more": try source.write("macos/Delay-mac.zip", "for mac")
        default: try FileManager.default.removeItem(atPath: source.path + "/windows/Delay-win.zip")
        }
        let before = try storage.files()
        let run = try await publish()
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("genx-delay 1.0.0 is published with other files (genx-delay/1.0.0/"))
        #expect(try storage.files() == before)
        #expect(try storage.read("shop/genx-delay/1.0.0/windows/Delay-win.zip") == "for windows")
    }

    @Test("what was cut off is finished by another run", arguments: ["rows", "manifest", "file", "half a file"])
    func resumed(missing: String) async throws {
        try await prepare()
        _ = try await publish()
        let folder = storage.path + "/shop/genx-delay/1.0.0"
        switch missing {
        case "rows": try await execute("DELETE FROM artifacts; DELETE FROM releases")
        case "manifest": try FileManager.default.removeItem(atPath: folder + "/manifest.json")
        case "file": try FileManager.default.removeItem(atPath: folder + "/windows/Delay-win.zip")
        default: try storage.write("shop/genx-delay/1.0.0/windows/Delay-win.zip", "for win")
        }
        let run = try await publish(at: testNow + .seconds(60))
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(run.output.hasSuffix("published genx-delay 1.0.0 in shop\n"))
        #expect(try storage.read("shop/genx-delay/1.0.0/windows/Delay-win.zip") == "for windows")
        let manifest = try ReleaseManifest(json: Array(storage.read("shop/genx-delay/1.0.0/manifest.json").utf8))
        #expect(manifest.releasedAt == testNow)
        #expect(
            try await numbers("SELECT (SELECT count(*) FROM releases), (SELECT count(*) FROM artifacts)", count: 2) == [
                1, 2,
            ])
    }

    @Test("many at once publish once")
    func atOnce() async throws {
        try await prepare()
        let runs = try await withThrowingTaskGroup(of: Run.self) { group in
            for _ in 0..<5 { group.addTask { try await publish() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(runs.allSatisfy { $0.exitCode == 0 }, "\(runs.map(\.remarks))")
        #expect(runs.filter { $0.output.contains("published genx-delay 1.0.0 in") }.count == 1)
        #expect(try await numbers("SELECT count(*) FROM releases") == [1])
        #expect(try storage.files().count == 3)
    }

    @Test("a file larger than a piece arrives whole, and a watching person sees each file")
    func large() async throws {
        try await prepare()
        let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 9)) }
        try Data(content).write(to: URL(filePath: source.path + "/linux/big.bin"))
        let run = try await publish(isWatched: true)
        #expect(run.exitCode == 0)
        let copy = try Data(contentsOf: URL(filePath: storage.path + "/shop/genx-delay/1.0.0/linux/big.bin"))
        #expect(Array(copy) == content)
        #expect(run.remarks.contains("reading linux/big.bin …\n"))
        #expect(run.remarks.contains("copying genx-delay/1.0.0/linux/big.bin (3.0 MB) …\n"))
        #expect(run.output.contains(Hex.encode(SHA256.hash(content))))
    }

    @Test("an unknown product is told with those there are")
    func unknownProduct() async throws {
        try await prepare()
        let run = try await publish(product: "genx-echo")
        #expect(run.exitCode == 1)
        #expect(run.remarks == "latchkey: no product «genx-echo»; there is: genx-delay\n")
        #expect(try storage.files().isEmpty)
    }

    @Test(
        "a version or product that cannot stand in a name is a wrong usage",
        arguments: ["../1", "1..0", "", "1.0.", "a/b"])
    func badVersion(version: String) async throws {
        let run = try await Run.latchkey(["release", "publish", source.path, "--product", "a", "--version=\(version)"])
        #expect(run.exitCode == 2)
    }

    @Test("the answer for programs has every file")
    func json() async throws {
        try await prepare()
        let run = try await publish(["--json"])
        let answer = try JSONDecoder().decode(Answer.self, from: Data(run.output.utf8))
        #expect(answer.published)
        #expect(answer.files.map(\.name) == ["Delay linux.zip", "Delay-win.zip"])
        #expect(answer.files.map(\.sha256.count) == [64, 64])
    }

    @Test(
        "a folder that cannot be published is told by name, with what to do",
        arguments: [
            (["README.txt": "x"], "README.txt is not a folder: expected"),
            (["linux/Delay.vst3/Contents": "x"], "linux/Delay.vst3 is not a regular file: pack folders into one file"),
            (["linux/Débit.zip": "x"], "linux/Débit.zip cannot be published under this name"),
            (["a/x.zip": "1", "b/x.zip": "2"], "x.zip lies in two folders"),
            (["linux/.keep": ""], "no files in"),
            ([:], "/nowhere is not a folder that can be read"),
        ])
    func folders(files: [String: String], message: String) async throws {
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(name, text) }
        let run = try await Run.latchkey(
            [
                "release", "publish", files.isEmpty ? "/nowhere" : folder.path, "--product", "p", "--version", "1",
            ], ["STORAGE_FOLDER": storage.path, "STORAGE_BUCKET": "shop"])
        #expect(run.exitCode == 1)
        #expect(run.remarks.hasPrefix("latchkey: \(message)"), "\(run.remarks)")
    }

    private struct Answer: Decodable {
        struct File: Decodable {
            let name: String
            let sha256: String
        }
        let published: Bool
        let files: [File]
    }

    private func prepare() async throws {
        try await prepareDatabase()
        _ = try await Run.latchkey(["catalog", "apply", demoCatalog])
    }

    private func publish(
        _ more: [String] = [], product: String = "genx-delay", at now: Instant = testNow, isWatched: Bool = false
    ) async throws -> Run {
        try await Run.latchkey(
            ["release", "publish", source.path, "--product", product, "--version", "1.0.0"] + more,
            ["STORAGE_FOLDER": storage.path, "STORAGE_BUCKET": "shop"], at: now, isWatched: isWatched)
    }
}

@Suite("Lengths")
struct LengthTests {
    @Test(
        "lengths are written for people",
        arguments: [
            (0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (4_250_000, "4.2 MB"), (999_999, "999.9 kB"),
            (2_000_000_000, "2.0 GB"), (Int64.max, "9.2 EB"),
        ])
    func lengths(size: Int64, text: String) { #expect(readable(size) == text) }
}
