import Crypto
import Downloads
import EventLoop
import Fulfilment
import HTTP
import Kernel
import Log
import Postgres
import RateLimiting
import Settings
import Storage
import Support
import Synchronization
import Testing

@testable import DownloadFunction

/// A shop with one paid order, and the download function composed as `Main` does it, with the function's own role.
@Loop
final class DownloadShop: Closable {
    let fixture: Fixture
    let grant: GrantID
    let log = LogLines()
    let tokens: DownloadTokens
    var signer = StorageSigner.hmac(accessID: "GOOG1EXAMPLE", secret: Secret("storage secret"))
    /// What makes links instead of `signer`.
    var maker: LinkMaker?
    /// How long the link lasts from the sale.
    private(set) var lifetime = Duration.seconds(3_600)
    /// How much time has gone by since the sale.
    var passed = Duration.zero

    var limits = RateLimitTable()
    private let pool: Pool
    private let bucket: Bucket

    /// A shop that has published `versions`, the newest last.
    init(versions: [String] = ["1.0.0"]) async throws {
        fixture = try await Fixture(poolSize: 2)
        for version in versions { try await fixture.publish(version) }
        let entitlement = fixture.entitlement()
        grant = entitlement.grant.id
        _ = try await fixture.apply(fixture.sale("cs_1"), entitlement, event: "evt_1")
        tokens = try sampleTokens()
        bucket = try #require(Bucket("releases", at: .google))
        pool = Pool(try testDatabase(as: "latchkey_download", poolSize: 16), log: silentLog)
    }

    var now: Instant { fixture.now + passed }

    /// The path of the link that the buyer's mail holds.
    var path: String { "/download/\(token())" }

    /// A link's token, for the order's grant when no other is given.
    func token(for grant: GrantID? = nil, expiresAt: Instant? = nil) -> String {
        tokens.mint(grant: grant ?? self.grant, expiresAt: expiresAt ?? fixture.now + lifetime).revealed()
    }

    /// Makes the link last a day, so that a use can end before it.
    func lastADay() async throws {
        lifetime = .seconds(86_400)
        try await change("UPDATE download_grants SET expires_at = \(fixture.now + lifetime)")
    }

    /// Returns the statuses of so many requests at once, and how many had each.
    func statuses(of count: Int, _ path: String) async -> [Int: Int] {
        let requests = (0..<count).map { _ in Loop.start { await self.fetch(path).status } }
        var statuses: [Int: Int] = [:]
        for request in requests { statuses[await request.value, default: 0] += 1 }
        return statuses
    }

    /// Returns the function's response.
    func fetch(
        _ path: String, _ method: Method = .get, accept: String = "text/html", from caller: String = "203.0.113.7"
    ) async -> Response {
        let (now, bucket, signer, maker) = (now, bucket, signer, maker)
        let download = Download(
            tokens: tokens, publicURL: shopURL, trustedHops: 0, pool: pool, limits: limits, log: log.log, now: { now },
            link: maker
                ?? .local { object, method, size, now throws(SigningFault) in
                    try DownloadLink.make(object, for: method, size: size, in: bucket, at: now, signer: signer)
                })
        return await download(Request(method: method, path: path, fields: ["Accept": accept], peer: caller))
    }

    /// The link that the storage is expected to be given.
    func storageLink(_ version: String = "1.0.0", for method: Method) throws -> String {
        let object = try #require(ObjectName("genx-delay/\(version)/macos/GenX-\(version).zip"))
        return try DownloadLink.make(object, for: method, size: 12, in: bucket, at: now, signer: signer)
    }

    /// How often the link has been used.
    func uses() async throws -> Int64 {
        try await fixture.pool.run(
            .row("SELECT uses FROM download_grants WHERE id = \(grant)") { row throws(PostgresFault) in
                try row.integer(0)
            })
    }

    /// Fails the test unless the link has been used so often.
    func expectUses(_ expected: Int64, at place: SourceLocation = #_sourceLocation) async throws {
        let uses = try await uses()
        #expect(uses == expected, sourceLocation: place)
    }

    /// Changes the database behind the function's back.
    func change(_ sql: SQL) async throws { _ = try await fixture.pool.run(Statement<Int>.affected(sql)) }

    func close() {
        pool.close()
        fixture.pool.close()
    }
}

/// Runs `body` on the event loop with a download shop of its own, whose shop published `versions`.
func withDownloadShop<Value: Sendable>(
    versions: [String] = ["1.0.0"], _ body: @escaping @Loop @Sendable (DownloadShop) async throws -> Value
) async throws -> Value {
    try await withOpen({ try await DownloadShop(versions: versions) }, body)
}

let shopURL = PublicURL(WebOrigin(https: "shop.example"))

func sampleTokens(_ secret: String = "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=") throws -> DownloadTokens {
    DownloadTokens(secrets: try #require(VersionedSecrets(secret)))
}

/// Keeps what was logged.
final class LogLines: Sendable {
    private let lines = Mutex<[LogLine]>([])

    var log: Log { Log { line in self.lines.withLock { $0.append(line) } } }

    /// Every line as it would be written.
    var texts: [String] {
        lines.withLock { lines in
            lines.map {
                String(
                    decoding: $0.bytes(
                        at: Instant(unixSeconds: 0), from: LogOrigin("download"), masking: LogMask(.addresses)),
                    as: UTF8.self)
            }
        }
    }
}

extension Response {
    var text: String { String(decoding: body, as: UTF8.self) }
}
