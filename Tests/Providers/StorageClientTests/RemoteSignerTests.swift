import EventLoop
import FoundationEssentials
import HTTP
import Kernel
import Outbound
import Settings
import Storage
import Support
import Synchronization
import Testing

@testable import StorageClient

/// A file in the stand-in's bucket, and the signer of links to it.
@Loop
private final class Desk {
    let google: CloudSandbox
    let object: ObjectName
    let signer: RemoteSigner

    init(_ google: CloudSandbox, clock: WallClock = .system, within time: Duration = .seconds(20)) throws {
        self.google = google
        object = try #require(ObjectName("genx-delay/1.0.0/linux/GenX Delay.zip"))
        var read = SettingsReader(google.settings)
        let settings = try #require(CloudSettings(&read))
        let storage = try #require(StorageSettings(&read) { _ in nil })
        try read.finish()
        let client = CloudClient(
            AccessTokens(.metadata(host: settings.metadataHost), clock: clock),
            policy: RetryPolicy(attempts: 3, base: .milliseconds(1), limit: .milliseconds(5)), totalTimeout: time)
        signer = RemoteSigner(
            CloudSandbox.account, bucket: storage.bucket, at: settings.credentialsBase, client: client)
    }

    /// Returns a link that was not made before; each `seconds` has its own.
    func link(_ method: HTTP.Method = .get, after seconds: Int = 0) async throws(LinkFault) -> String {
        try await signer.link(object, for: method, size: 10, at: WallClock.system.now() + .seconds(seconds))
    }

    /// Returns why there is no such link.
    func fault(after seconds: Int = 0) async -> LinkFault? {
        do throws(LinkFault) {
            _ = try await link(after: seconds)
            return nil
        } catch { return error }
    }
}

@Suite("Links signed by Google", .timeLimit(.minutes(15)))
struct RemoteSignerTests {
    private let google: CloudSandbox

    init() throws {
        google = try CloudSandbox()
        let folder = google.folder + "/genx-delay/1.0.0/linux"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("0123456789".utf8).write(to: URL(filePath: folder + "/GenX Delay.zip"))
    }

    @Test("a link opens the file for its method only, and is reused for a minute")
    func opens() async throws {
        try await run { desk in
            let link = try await desk.link()
            let answer = try desk.google.follow(link)
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("\r\n\r\n0123456789"), "\(answer)")
            #expect(answer.contains(#"attachment; filename="GenX Delay.zip""#))
            #expect(link.contains("X-Goog-Algorithm=GOOG4-RSA-SHA256") && link.contains("X-Goog-Expires=300&"))
            #expect(link.contains("X-Goog-Credential=download%40shop-test.iam.gserviceaccount.com%2F"))
            #expect(try desk.google.follow(link, method: "HEAD").hasPrefix("HTTP/1.1 403 "))
            #expect(try desk.google.follow(link + "0").hasPrefix("HTTP/1.1 4"))
            #expect(try await desk.link() == link)
            #expect(try await desk.link(.head) != link)
            #expect(try desk.google.count("signatures") == 2)
            #expect(try desk.google.count("tokens") == 1)
        }
    }

    @Test("concurrent callers share one token and one signature")
    func atOnce() async throws {
        try await run { desk in
            let now = WallClock.system.now()
            let links = (0..<50).map { _ in
                Loop.start { () async -> String? in
                    try? await desk.signer.link(desk.object, for: .get, size: 10, at: now)
                }
            }
            var found: Set<String?> = []
            for link in links { found.insert(await link.value) }
            #expect(found.count == 1 && found != [nil])
            let (tokens, signatures) = (try desk.google.count("tokens"), try desk.google.count("signatures"))
            #expect(tokens == 1 && signatures == 1)
        }
    }

    @Test("a token is reused until shortly before it expires")
    func tokenLife() async throws {
        let passed = Mutex(Duration.zero)
        let start = WallClock.system.now()
        try await onLoop { [google] in
            let desk = try Desk(google, clock: WallClock { start + passed.withLock { $0 } })
            for (seconds, tokens) in [(0, 1), (3_538, 1), (3_540, 2), (3_600, 2), (10, 3)] {
                passed.withLock { $0 = .seconds(seconds) }
                _ = try await desk.link(after: seconds * 100 + 61)
                #expect(try google.count("tokens") == tokens, "after \(seconds) s")
            }
        }
    }

    @Test("a refused token is fetched again, once")
    func refusedToken() async throws {
        try await run { desk in
            _ = try await desk.link()
            try desk.google.revokeTokens()
            _ = try await desk.link(after: 61)
            #expect(try desk.google.count("tokens") == 2)
            #expect(try desk.google.count("signatures") == 2)
            try desk.google.trouble("401", "/v1/projects", calls: 2)
            let fault = await desk.fault(after: 200)
            #expect(fault == .remote(.answered(.credentials, .unauthenticated)))
            #expect(try desk.google.count("tokens") == 3)
        }
    }

    @Test(
        "a transient fault is retried, three attempts in all",
        arguments: ["429", "500", "503", "drop", "cut"], ["/v1/projects", "/computeMetadata"])
    func passing(kind: String, path: String) async throws {
        try await run { desk in
            try desk.google.trouble(kind, path, calls: 2)
            let link = try await desk.link()
            #expect(try desk.google.follow(link).hasPrefix("HTTP/1.1 200 "))
            try desk.google.trouble(kind, path, calls: 3)
            if path == "/computeMetadata" { try desk.google.revokeTokens() }
            let fault = await desk.fault(after: 61)
            #expect(fault?.refusal == .unavailable(retryAfterSeconds: 5))
            // The next one succeeds.
            _ = try await desk.link(after: 61)
        }
    }

    @Test("a permanent fault is not retried, and Google's message is not exposed")
    func lasting() async throws {
        try await run { desk in
            try desk.google.trouble("403", "/v1/projects")
            let fault = await desk.fault()
            #expect(fault == .remote(.answered(.credentials, .forbidden(reason: "PERMISSION_DENIED"))))
            #expect(fault?.description == "IAM Credentials answered: status=403 reason=PERMISSION_DENIED")
            #expect(try desk.google.count("troubles") == 0)
            try desk.google.trouble("impostor", "/computeMetadata")
            try desk.google.revokeTokens()
            let impostor = await desk.fault(after: 61)
            #expect(impostor == .remote(.answered(.metadata, .malformedAnswer(field: "Metadata-Flavor"))))
        }
    }

    @Test("the time for a link is the time for all of it", arguments: ["/v1/projects", "/computeMetadata"])
    func hanging(path: String) async throws {
        try await onLoop { [google] in
            let desk = try Desk(google, within: .milliseconds(400))
            try google.trouble("hang", path, calls: 3)
            let fault = await desk.fault()
            #expect(fault?.refusal == .unavailable(retryAfterSeconds: 5), "\(fault?.description ?? "no fault")")
        }
    }

    @Test("without a metadata server there is no link, and no wait beyond the timeout")
    func away() async throws {
        try await onLoop {
            let client = CloudClient(
                AccessTokens(.metadata(host: "127.0.0.1:1")),
                policy: RetryPolicy(attempts: 3, base: .milliseconds(1), limit: .milliseconds(5)))
            let bucket = try #require(Bucket("shop", at: .google))
            let signer = RemoteSigner("a@b", bucket: bucket, at: WebOrigin(https: "iam.example"), client: client)
            let object = try #require(ObjectName("p/1.0/linux/a.zip"))
            await #expect(throws: LinkFault.remote(.unreachable(.metadata, .couldNotConnect))) {
                try await signer.link(object, for: .get, size: 1, at: WallClock.system.now())
            }
        }
    }

    private func run(_ body: @escaping @Loop @Sendable (Desk) async throws -> Void) async throws {
        try await onLoop { [google] in try await body(try Desk(google)) }
    }
}
