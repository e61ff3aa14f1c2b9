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
    @Test("the page uses up nothing, each file counts, and the last use is the last, however many come at once")
    func counts() async throws {
        try await withFixture(poolSize: 16) { fixture in
            try await fixture.publish("1.0.0")
            let entitlement = fixture.entitlement()
            _ = try await fixture.apply(fixture.sale("cs_1"), entitlement, event: "evt_1")
            let overview = try await fixture.pool.run(DownloadStatements.overview(entitlement.grant.id))
            #expect(overview?.artifacts.map(\.fileName) == ["GenX-1.0.0.zip"])
            #expect(overview?.usesLeft == 2)
            #expect(overview?.hasAccess == true)
            let uses = (0..<40).map { _ in
                Loop.start { () async -> Bool in
                    do { return try await fixture.use(entitlement.grant.id, "GenX-1.0.0.zip") != nil } catch {
                        Issue.record(error)
                        return false
                    }
                }
            }
            var served = 0
            for use in uses { served += await use.value ? 1 : 0 }
            #expect(served == 2)
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
    /// Uses a link once for a file.
    fileprivate func use(_ grant: GrantID, _ file: String, after passed: Duration = .zero) async throws -> Artifact? {
        let now = now + passed
        let use = DownloadStatements.use(grant, file: file, at: now, behind: .roomy(at: now))
        return try await pool.run(use).get().output
    }
}
