import Crypto
import FoundationEssentials
import Kernel
import Postgres
import Publishing
import Storage
import Support
import Testing

@testable import OperatorFunction

@Suite("latchkey release publish to Cloud Storage", .freshDatabase, .timeLimit(.minutes(10)))
struct CloudPublishTests {
    private let google: CloudSandbox
    private let source: TemporaryFolder
    /// 20 MB, of which no two pieces are alike.
    private static let content = (0..<20).reduce(into: [UInt8]()) { content, part in
        content += [UInt8](repeating: part, count: 1_000_000)
    }
    private static let big = "/genx-delay/1.0.0/linux/big.bin"

    init() throws {
        google = try CloudSandbox()
        source = try TemporaryFolder()
        try source.write("windows/Delay-win.zip", "for windows")
        try source.write("linux/Delay linux.zip", "for linux")
    }

    @Test("files, manifest and rows are written; again, nothing happens", arguments: [true, false])
    func publishes(isPerson: Bool) async throws {
        try await prepare()
        let run = try await publish(isPerson: isPerson)
        #expect(run.exitCode == 0, "\(run.remarks)")
        let digest = Hex.encode(SHA256.hash(Array("for linux".utf8)))
        #expect(
            run.output.hasPrefix("copied  genx-delay/1.0.0/linux/Delay linux.zip  9 bytes  sha256 \(digest)\ncopied  "))
        #expect(run.output.hasSuffix("published genx-delay 1.0.0 in shop\n"))
        #expect(try read("/genx-delay/1.0.0/linux/Delay linux.zip") == Array("for linux".utf8))
        let manifest = try ReleaseManifest(json: read("/genx-delay/1.0.0/manifest.json"))
        #expect(manifest.releasedAt == testNow && manifest.files.count == 2)
        #expect(try await numbers("SELECT count(*) FROM artifacts") == [2])
        #expect(try google.count("objects") == 3)
        #expect(try google.count("tokens") == (isPerson ? 0 : 1))
        let again = try await publish(at: testNow + .seconds(60), isPerson: isPerson)
        #expect(again.exitCode == 0 && again.output.hasSuffix("is published already; nothing to do\n"))
        #expect(try google.count("objects") == 3)
        #expect(try google.count("uploads") == 3)
    }

    @Test("a published version never changes, and an object that is there with other bytes stays as it is")
    func immutable() async throws {
        try await prepare()
        _ = try await publish()
        try source.write("windows/Delay-win.zip", "for Windows")
        let other = try await publish()
        #expect(other.exitCode == 1 && other.remarks.contains("is published with other files"))
        // As if the manifest and the rows had been lost: the object itself still says no.
        try FileManager.default.removeItem(atPath: google.folder + "/genx-delay/1.0.0/manifest.json")
        try await execute("DELETE FROM artifacts; DELETE FROM releases")
        let lost = try await publish()
        #expect(lost.exitCode == 1)
        #expect(
            lost.remarks.contains("shop/genx-delay/1.0.0/windows/Delay-win.zip is there already with other content"))
        #expect(try read("/genx-delay/1.0.0/windows/Delay-win.zip") == Array("for windows".utf8))
        #expect(try await numbers("SELECT count(*) FROM releases") == [0])
    }

    @Test("what was cut off is finished by another run", arguments: ["rows", "manifest.json", "windows/Delay-win.zip"])
    func resumed(missing: String) async throws {
        try await prepare()
        _ = try await publish()
        if missing == "rows" {
            try await execute("DELETE FROM artifacts; DELETE FROM releases")
        } else {
            try FileManager.default.removeItem(atPath: google.folder + "/genx-delay/1.0.0/" + missing)
        }
        let run = try await publish(at: testNow + .seconds(60))
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(run.output.hasSuffix("published genx-delay 1.0.0 in shop\n"))
        #expect(try ReleaseManifest(json: read("/genx-delay/1.0.0/manifest.json")).releasedAt == testNow)
        #expect(try await numbers("SELECT count(*) FROM artifacts") == [2])
    }

    @Test(
        "a large file arrives whole in pieces, whatever happens to the line",
        arguments: ["", "503", "429", "drop", "cut", "half", "404"])
    func large(trouble: String) async throws {
        try await prepareLarge()
        // The first piece is the whole of a small file, the second is the first of the large one.
        if !trouble.isEmpty { try google.trouble(trouble, "/upload/", method: "PUT", skip: 2, calls: 2) }
        let run = try await publish(isWatched: true)
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(try read(CloudPublishTests.big) == CloudPublishTests.content)
        #expect(run.remarks.contains("copying genx-delay/1.0.0/linux/big.bin (20.0 MB) …\n"))
        #expect(run.remarks.contains("  8.3 MB of 20.0 MB\n") || !trouble.isEmpty, "\(run.remarks)")
        #expect(try google.count("objects") == 4)
        #expect(try google.count("troubles") == 0)
        // Two small files, three pieces and the manifest; a session that is lost costs what it had, a cut costs nothing.
        #expect(try google.count("pieces") == (trouble == "404" ? 7 : 6))
    }

    @Test("an upload that is lost in its middle begins anew, three times at most")
    func lostSession() async throws {
        try await prepareLarge()
        try google.trouble("404", "/upload/", method: "PUT", skip: 2, calls: 40)
        let run = try await publish()
        #expect(run.exitCode == 1 && run.remarks.contains("forgot the upload of genx-delay/1.0.0/linux/big.bin"))
        #expect(try google.count("uploads") == 4)
        #expect(try await numbers("SELECT count(*) FROM releases") == [0])
    }

    @Test("a bucket that is not there is named")
    func noBucket() async throws {
        try await prepare()
        let run = try await publish(["STORAGE_BUCKET": "elsewhere"])
        #expect(run.exitCode == 1 && run.remarks.contains("there is no bucket elsewhere at http://127.0.0.1:"))
    }

    @Test("a checksum that is not what was sent is refused, and nothing is published")
    func checksum() async throws {
        try await prepare()
        try google.trouble("checksum", "/upload/", calls: 2)
        let run = try await publish()
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("was stored with another checksum than was sent; nothing was published"))
        #expect(try await numbers("SELECT count(*) FROM releases") == [0])
        #expect(throws: (any Error).self) { try read("/genx-delay/1.0.0/manifest.json") }
    }

    @Test(
        "what Cloud Storage refuses is told with what to do about it",
        arguments: [
            ("401", "set GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth print-access-token)"),
            ("403", "needs roles/storage.objectCreator and roles/storage.objectViewer on the bucket shop"),
        ])
    func refused(kind: String, advice: String) async throws {
        try await prepare()
        try google.trouble(kind, "/upload/", calls: 5)
        let run = try await publish()
        #expect(run.exitCode == 1 && run.remarks.contains(advice), "\(run.remarks)")
        #expect(!run.remarks.contains("ya29") && !run.remarks.contains("says no"))
        #expect(try await numbers("SELECT count(*) FROM releases") == [0])
    }

    @Test("without a token and without a metadata server it is told where to get one")
    func noToken() async throws {
        try await prepare()
        let run = try await publish(isPerson: false, ["GCE_METADATA_HOST": "127.0.0.1:1"])
        #expect(run.exitCode == 1)
        #expect(run.remarks.contains("outside Google Cloud set GOOGLE_OAUTH_ACCESS_TOKEN"), "\(run.remarks)")
    }

    @Test(
        "settings that cannot be are told by name, never by value",
        arguments: [
            ("STORAGE_BUCKET", ""), ("STORAGE_BASE", "http://HUSH.example"), ("GOOGLE_OAUTH_ACCESS_TOKEN", "HUSH HUSH"),
            ("GCE_METADATA_HOST", "HUSH.example"),
        ])
    func settings(name: String, value: String) async throws {
        let run = try await publish([name: value])
        #expect(run.exitCode == 1 && run.remarks.hasPrefix("latchkey: \(name) is "), "\(run.remarks)")
        #expect(!run.remarks.contains("HUSH"))
    }

    @Test("many at once publish once")
    func atOnce() async throws {
        try await prepare()
        let runs = try await withThrowingTaskGroup(of: Run.self) { group in
            for _ in 0..<4 { group.addTask { try await publish() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(runs.allSatisfy { $0.exitCode == 0 }, "\(runs.map(\.remarks))")
        #expect(try google.count("objects") == 3)
    }

    private func prepare() async throws {
        try await prepareDatabase()
        _ = try await Run.latchkey(["catalog", "apply", demoCatalog])
    }

    private func prepareLarge() async throws {
        try await prepare()
        try Data(CloudPublishTests.content).write(to: URL(filePath: source.path + "/linux/big.bin"))
    }

    private func read(_ object: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: google.folder + object)))
    }

    private func publish(
        at now: Instant = testNow, isPerson: Bool = true, isWatched: Bool = false, _ changes: [String: String] = [:]
    ) async throws -> Run {
        var environment = google.settings
        if isPerson {
            environment["GOOGLE_OAUTH_ACCESS_TOKEN"] = CloudSandbox.personalToken
            environment["GCE_METADATA_HOST"] = nil
        }
        return try await Run.latchkey(
            ["release", "publish", source.path, "--product", "genx-delay", "--version", "1.0.0"],
            environment.merging(changes) { $1 }, at: now, isWatched: isWatched)
    }
}
