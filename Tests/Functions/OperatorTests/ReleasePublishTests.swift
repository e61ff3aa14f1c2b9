import Crypto
import FoundationEssentials
import Kernel
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
    }

    @Test("each file is told with its digest, a watching person sees its progress, and again is nothing to do")
    func publishes() async throws {
        try await applyDemoCatalog()
        let run = try await publish(isWatched: true)
        #expect(run.exitCode == 0, "\(run.remarks)")
        let digest = Hex.encode(SHA256.hash(Array("for linux".utf8)))
        #expect(
            run.output.hasPrefix("copied  genx-delay/1.0.0/linux/Delay linux.zip  9 bytes  sha256 \(digest)\ncopied  "))
        #expect(run.output.hasSuffix("published genx-delay 1.0.0 in shop\n"))
        #expect(run.remarks.contains("reading linux/Delay linux.zip …\n"))
        #expect(run.remarks.contains("copying genx-delay/1.0.0/linux/Delay linux.zip (9 bytes) …\n"))
        let again = try await publish()
        #expect(again.exitCode == 0)
        #expect(again.output.contains("unchanged  genx-delay/1.0.0/windows/Delay-win.zip"))
        #expect(again.output.hasSuffix("genx-delay 1.0.0 is published already; nothing to do\n"))
        try source.write("windows/Delay-win.zip", "for Windows")
        let other = try await publish()
        #expect(other.exitCode == 1)
        #expect(
            other.remarks.contains(
                "genx-delay 1.0.0 is published with other files (genx-delay/1.0.0/windows/Delay-win.zip)"))
    }

    @Test("an unknown product is told with those there are")
    func unknownProduct() async throws {
        try await applyDemoCatalog()
        let run = try await publish(product: "genx-echo")
        #expect(run.exitCode == 1)
        #expect(run.remarks == "latchkey: no product «genx-echo»; there is: genx-delay\n")
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
        try await applyDemoCatalog()
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

    private func publish(
        _ more: [String] = [], product: String = "genx-delay", isWatched: Bool = false
    ) async throws -> Run {
        try await Run.latchkey(
            ["release", "publish", source.path, "--product", product, "--version", "1.0.0"] + more,
            ["STORAGE_FOLDER": storage.path, "STORAGE_BUCKET": "shop"], isWatched: isWatched)
    }
}

@Suite("latchkey release publish to Cloud Storage", .freshDatabase, .timeLimit(.minutes(15)))
struct CloudReleasePublishTests {
    private let google: CloudSandbox
    private let source: TemporaryFolder

    init() throws {
        google = try CloudSandbox()
        source = try TemporaryFolder()
        try source.write("linux/Delay linux.zip", "for linux")
    }

    @Test("the settings lead to the bucket, with a person's token or that of the machine", arguments: [true, false])
    func publishes(isPerson: Bool) async throws {
        try await applyDemoCatalog()
        let run = try await publish(isPerson: isPerson)
        #expect(run.exitCode == 0, "\(run.remarks)")
        #expect(run.output.hasSuffix("published genx-delay 1.0.0 in shop\n"))
        #expect(try google.count("objects") == 2)
        #expect(try google.count("tokens") == (isPerson ? 0 : 1))
    }

    @Test(
        "what Cloud Storage refuses is told with what to do about it",
        arguments: [
            ("401", "set GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth print-access-token)"),
            ("403", "needs roles/storage.objectCreator and roles/storage.objectViewer on the bucket shop"),
            ("checksum", "was stored with another checksum than was sent; nothing was published"),
        ])
    func refused(kind: String, advice: String) async throws {
        try await applyDemoCatalog()
        try google.trouble(kind, "/upload/", calls: 5)
        let run = try await publish()
        #expect(run.exitCode == 1 && run.remarks.contains(advice), "\(run.remarks)")
        #expect(!run.remarks.contains("ya29") && !run.remarks.contains("says no"))
    }

    @Test(
        "a bucket that is not there and a token that nobody gives are told as what they are",
        arguments: [
            (true, "STORAGE_BUCKET", "elsewhere", "there is no bucket elsewhere at http://127.0.0.1:"),
            (false, "GCE_METADATA_HOST", "127.0.0.1:1", "outside Google Cloud set GOOGLE_OAUTH_ACCESS_TOKEN"),
        ])
    func away(isPerson: Bool, name: String, value: String, message: String) async throws {
        try await applyDemoCatalog()
        let run = try await publish(isPerson: isPerson, [name: value])
        #expect(run.exitCode == 1 && run.remarks.contains(message), "\(run.remarks)")
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

    private func publish(isPerson: Bool = true, _ changes: [String: String] = [:]) async throws -> Run {
        var environment = google.settings
        if isPerson {
            environment["GOOGLE_OAUTH_ACCESS_TOKEN"] = CloudSandbox.personalToken
            environment["GCE_METADATA_HOST"] = nil
        }
        return try await Run.latchkey(
            ["release", "publish", source.path, "--product", "genx-delay", "--version", "1.0.0"],
            environment.merging(changes) { $1 })
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
