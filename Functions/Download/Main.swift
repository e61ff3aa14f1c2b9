import Downloads
import EventLoop
import HTTP
import Kernel
import Licensing
import Limits
import Log
import Postgres
import RateLimiting
import Server
import Settings

/// Wires the download function to the database and the storage.
@main
enum Main {
    static func main() {
        runFunction("download", masking: .keysAndAddresses) { (settings: DownloadSettings, log) in
            let pool = Pool(settings.database, log: log)
            pool.warm()
            let download = Download(
                tokens: DownloadTokens(secrets: settings.tokenSecrets), publicURL: settings.publicURL,
                trustedHops: settings.server.trustedHops, pool: pool, limits: settings.limits, log: log,
                now: WallClock.system.now, link: LinkMaker(settings.storage, settings.cloud))
            try await serve(
                settings.server, log: log, routes: Download.router.patterns, isReady: { await pool.isReady() },
                handler: download.callAsFunction)
            pool.close()
        }
    }
}

extension Download {
    /// Wires the effects to the database and the signer.
    @Loop
    init(
        tokens: DownloadTokens, publicURL: PublicURL, trustedHops: Int, pool: Pool, limits: RateLimitTable, log: Log,
        now: @escaping @Sendable () -> Instant, link: LinkMaker
    ) {
        let limiter = RateLimiter(pool, log: log)
        let counts = { @Sendable (grant: GrantID, caller: String) in
            limits.limits(.downloadAddress, address: caller) + [limits.limit(.downloadLink, of: grant.uuid.bytes)]
        }
        self.init(
            tokens: tokens, publicURL: publicURL, trustedHops: trustedHops, log: log, now: now,
            overview: { grant, caller, now throws(PostgresFault) in
                try await limiter.read(counts(grant, caller), at: now, DownloadStatements.overview(grant, at: now))
            },
            use: { grant, file, caller, now throws(PostgresFault) in
                try await limiter.run(caller.map { counts(grant, $0) } ?? [], at: now) { gate in
                    DownloadStatements.use(grant, file: file, at: now, behind: gate)
                }
            },
            reason: { grant throws(PostgresFault) in
                try await pool.run(DownloadStatements.overview(grant, at: now()))
            },
            link: link)
    }
}
