import Catalog
import Downloads
import EventLoop
import Fulfilment
import Kernel
import Postgres
import RateLimiting
import Support
import Testing

@Suite("Download", .freshDatabase)
struct DownloadTests {
    @Test(
        "the page uses up nothing, a file counts once an hour, and the last use is the last, however many come at once")
    func counts() async throws {
        try await withFixture(poolSize: 16) { fixture in
            try await fixture.publish("1.0.0")
            let entitlement = fixture.entitlement()
            _ = try await fixture.apply(fixture.sale("cs_1"), entitlement, event: "evt_1")
            let overview = try await fixture.pool.run(
                DownloadStatements.overview(entitlement.grant.id, at: fixture.now))
            #expect(overview?.artifacts.map(\.fileName) == ["GenX-1.0.0.zip"])
            #expect(overview?.usesLeft == 2)
            #expect(overview?.hasAccess == true)
            _ = try await fixture.pool.run(
                Statement<Int>.affected("UPDATE download_grants SET expires_at = expires_at + interval '1 day'"))
            for (hour, served, left) in [(0, 40, 1), (1, 40, 0), (2, 0, 0)] {
                let passed = Duration.seconds(3_600 * hour)
                #expect(await fixture.served(40, entitlement.grant.id, after: passed) == served)
                let page = try await fixture.pool.run(
                    DownloadStatements.overview(entitlement.grant.id, at: fixture.now + passed))
                #expect(page?.usesLeft == left)
                #expect(page?.filesInUse == (served > 0 ? ["GenX-1.0.0.zip"] : []))
            }
        }
    }

    @Test("the newest release is served; another file's name, an ended link, a closed license are not")
    func refuses() async throws {
        try await withFixture { fixture in
            try await fixture.publish("1.0.0")
            try await fixture.publish("1.1.0")
            let entitlement = fixture.entitlement()
            let grant = entitlement.grant.id
            _ = try await fixture.apply(fixture.sale("cs_1"), entitlement, event: "evt_1")
            let old = try await fixture.use(grant, "GenX-1.0.0.zip")
            #expect(old == nil)
            let late = try await fixture.use(grant, "GenX-1.1.0.zip", after: .seconds(3600))
            #expect(late == nil)
            let served = try await fixture.use(grant, "GenX-1.1.0.zip")
            #expect(served?.objectName == "genx-delay/1.1.0/macos/GenX-1.1.0.zip")
            _ = try await fixture.pool.run(Statement<Int>.affected("UPDATE licenses SET status = 'suspended'"))
            let closed = try await fixture.use(grant, "GenX-1.1.0.zip")
            #expect(closed == nil)
            let catalog = try await fixture.pool.run(CatalogStatements.load)
            #expect(catalog.product(slug: "genx-delay")?.artifacts.map(\.version) == ["1.1.0"])
            #expect(catalog.product(stripePrice: "price_1")?.keyPrefix == "GENX")
        }
    }
}

extension Fixture {
    /// Returns how many of so many uses at once were served.
    fileprivate func served(_ count: Int, _ grant: GrantID, after passed: Duration) async -> Int {
        let uses = (0..<count).map { _ in
            Loop.start { () async -> Bool in
                do { return try await self.use(grant, "GenX-1.0.0.zip", after: passed) != nil } catch {
                    Issue.record(error)
                    return false
                }
            }
        }
        var served = 0
        for use in uses { served += await use.value ? 1 : 0 }
        return served
    }

    /// Uses a link once for a file.
    fileprivate func use(_ grant: GrantID, _ file: String, after passed: Duration = .zero) async throws -> Artifact? {
        let now = now + passed
        let use = DownloadStatements.use(grant, file: file, at: now, behind: .roomy(at: now))
        return try await pool.run(use).get().output
    }
}
