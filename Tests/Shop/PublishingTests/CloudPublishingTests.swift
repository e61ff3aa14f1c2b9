import Foundation
import Kernel
import Postgres
import Publishing
import Storage
import StorageClient
import Support
import Testing

@Suite("Publishing to Cloud Storage", .freshDatabase, .timeLimit(.minutes(15)))
struct CloudPublishingTests {
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
        try await applyDemoCatalog()
        let publisher = try publisher(isPerson: isPerson)
        let published = try await publisher.publish()
        #expect(published.isNew && published.bucket == "shop")
        #expect(published.changes == [.copied, .copied])
        #expect(try read("/genx-delay/1.0.0/linux/Delay linux.zip") == Array("for linux".utf8))
        let manifest = try ReleaseManifest(json: read("/genx-delay/1.0.0/manifest.json"))
        #expect(manifest == published.manifest)
        #expect(manifest.releasedAt == testNow && manifest.files.count == 2)
        #expect(try await numbers("SELECT count(*) FROM artifacts") == [2])
        #expect(try google.count("objects") == 3)
        #expect(try google.count("tokens") == (isPerson ? 0 : 1))
        let again = try await publisher.publish(at: testNow + .seconds(60))
        #expect(!again.isNew && again.changes == [.unchanged, .unchanged])
        #expect(try google.count("objects") == 3)
        #expect(try google.count("uploads") == 3)
    }

    @Test("a published version never changes, and an object that is there with other bytes stays as it is")
    func immutable() async throws {
        try await applyDemoCatalog()
        let publisher = try publisher()
        try await publisher.publish()
        try source.write("windows/Delay-win.zip", "for Windows")
        let object = "genx-delay/1.0.0/windows/Delay-win.zip"
        #expect(try await publisher.fault() == .otherContent(objects: [object]))
        // As if the manifest and the rows had been lost: the object itself still says no.
        try FileManager.default.removeItem(atPath: google.folder + "/genx-delay/1.0.0/manifest.json")
        try await forgetReleases()
        #expect(try await publisher.fault() == .storage(.otherObject(place: "shop/\(object)")))
        #expect(try read("/\(object)") == Array("for windows".utf8))
        #expect(try await numbers("SELECT count(*) FROM releases") == [0])
    }

    @Test("what was cut off is finished by another run", arguments: ["rows", "manifest.json", "windows/Delay-win.zip"])
    func resumed(missing: String) async throws {
        try await applyDemoCatalog()
        let publisher = try publisher()
        try await publisher.publish()
        if missing == "rows" {
            try await forgetReleases()
        } else {
            try FileManager.default.removeItem(atPath: google.folder + "/genx-delay/1.0.0/" + missing)
        }
        #expect(try await publisher.publish(at: testNow + .seconds(60)).isNew)
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
        let steps = Steps()
        try await publisher().publish(steps: steps)
        #expect(try read(CloudPublishingTests.big) == CloudPublishingTests.content)
        let object = try #require(
            ObjectName(product: "genx-delay", version: "1.0.0", platform: "linux", file: "big.bin"))
        #expect(steps.all.contains(.copying(object, size: 20_000_000)))
        #expect(steps.all.contains(.stored(8_388_608, of: 20_000_000)) || !trouble.isEmpty, "\(steps.all)")
        #expect(try google.count("objects") == 4)
        #expect(try google.count("troubles") == 0)
        // Two small files, three pieces and the manifest; a session that is lost costs what it had, a cut costs nothing.
        #expect(try google.count("pieces") == (trouble == "404" ? 7 : 6))
    }

    @Test("an upload that is lost in its middle begins anew, three times at most")
    func lostSession() async throws {
        try await prepareLarge()
        try google.trouble("404", "/upload/", method: "PUT", skip: 2, calls: 40)
        #expect(
            try await publisher().fault() == .storage(.sessionsLost(object: "genx-delay/1.0.0/linux/big.bin")))
        #expect(try google.count("uploads") == 4)
        #expect(try await numbers("SELECT count(*) FROM releases") == [0])
    }

    @Test("a bucket that is not there is named")
    func noBucket() async throws {
        try await applyDemoCatalog()
        let fault = try await publisher(bucket: "elsewhere").fault()
        #expect(
            fault == .storage(.call(.answered(.storage, .notFound), bucket: "elsewhere", origin: google.base)))
    }

    @Test("a checksum that is not what was sent is refused, and nothing is published")
    func checksum() async throws {
        try await applyDemoCatalog()
        try google.trouble("checksum", "/upload/", calls: 2)
        #expect(
            try await publisher().fault()
                == .storage(.altered(place: "shop/genx-delay/1.0.0/linux/Delay linux.zip")))
        #expect(try await numbers("SELECT count(*) FROM releases") == [0])
        #expect(throws: (any Error).self) { try read("/genx-delay/1.0.0/manifest.json") }
    }

    @Test("what Cloud Storage refuses is not tried again, and nothing is published", arguments: ["401", "403"])
    func refused(kind: String) async throws {
        try await applyDemoCatalog()
        try google.trouble(kind, "/upload/", calls: 5)
        let fault = try await publisher().fault()
        guard case .storage(.call(.answered(.storage, let reason), bucket: "shop", _)) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        switch (kind, reason) {
        case ("401", .unauthenticated), ("403", .forbidden): break
        default: Issue.record("\(reason)")
        }
        #expect(try await numbers("SELECT count(*) FROM releases") == [0])
    }

    @Test("without a metadata server there is no token")
    func noToken() async throws {
        try await applyDemoCatalog()
        let base = try #require(StorageBase(google.base))
        let bucket = try #require(Bucket("shop", at: base))
        let fault = try await Publisher(source, into: bucket, with: .metadata(host: "127.0.0.1:1")).fault()
        guard case .storage(.call(.unreachable(.metadata, _), bucket: "shop", _)) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }

    @Test("many at once publish once")
    func atOnce() async throws {
        try await applyDemoCatalog()
        let published = try await publisher().publish(atOnce: 4)
        #expect(published.filter(\.isNew).count == 1)
        #expect(try google.count("objects") == 3)
    }

    private func prepareLarge() async throws {
        try await applyDemoCatalog()
        try Data(CloudPublishingTests.content).write(to: URL(filePath: source.path + "/linux/big.bin"))
    }

    private func read(_ object: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: google.folder + object)))
    }

    private func publisher(isPerson: Bool = true, bucket: String = CloudSandbox.bucket) throws -> Publisher {
        let tokens: AccessTokens.Source =
            isPerson ? .given(Secret(CloudSandbox.personalToken)) : .metadata(host: "127.0.0.1:\(google.port)")
        let base = try #require(StorageBase(google.base))
        let bucket = try #require(Bucket(bucket, at: base))
        return Publisher(source, into: bucket, with: tokens)
    }
}
