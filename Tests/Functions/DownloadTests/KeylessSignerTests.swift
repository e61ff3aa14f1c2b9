import EventLoop
import FoundationEssentials
import HTTP
import Kernel
import Limits
import Outbound
import Postgres
import RateLimiting
import Storage
import StorageClient
import Support
import Synchronization
import Testing

@testable import DownloadFunction

@Suite("Download with a remote signer", .freshDatabase)
struct KeylessSignerTests {
    @Test("signs before it counts, and counts once")
    func order() async throws {
        try await withDownloadShop { shop in
            let asked = Asked()
            shop.maker = asked.maker { shop in try await shop.uses() }
            asked.shop = shop
            try await shop.lastADay()
            for use in 1...2 {
                shop.passed = .seconds(3_600 * (use - 1))
                let response = await shop.fetch(shop.path + "/GenX-1.0.0.zip")
                #expect(response.status == 302 && response.fields["location"] == "https://storage.example/get")
                #expect(response.fields["x-robots-tag"] == "noindex" && response.fields["cache-control"] == "no-store")
                #expect(asked.usesBefore == Int64(use - 1))
                try await shop.expectUses(Int64(use))
            }
            shop.passed = .seconds(7_200)
            #expect(await shop.fetch(shop.path + "/GenX-1.0.0.zip").status == 410)
            #expect(asked.count == 2)
            #expect(shop.log.texts.count { $0.contains("download served") } == 2)
        }
    }

    @Test("a signer that is away is a page with 503, nothing used up, and an error in the log")
    func away() async throws {
        try await withDownloadShop { shop in
            for fault in [
                LinkFault.remote(.unreachable(.metadata, .couldNotConnect)),
                .remote(.answered(.credentials, .forbidden(reason: "PERMISSION_DENIED"))),
                .remote(.answered(.credentials, .retryable(status: 503, wait: nil))),
            ] {
                shop.maker = .remote { _, _, _, _ throws(LinkFault) in throw fault }
                let page = await shop.fetch(shop.path + "/GenX-1.0.0.zip")
                #expect(page.status == 503 && page.fields["retry-after"] == "5")
                #expect(page.text.contains("nothing of it was used up") && !page.text.contains("PERMISSION"))
                let line = try #require(shop.log.texts.last)
                #expect(line.contains(#""severity":"ERROR""#) && line.contains(fault.description))
                #expect(await shop.fetch(shop.path + "/GenX-1.0.0.zip", .head).status == 200)
                let problem = await shop.fetch(shop.path + "/GenX-1.0.0.zip", accept: "application/json")
                #expect(problem.status == 503 && problem.text.contains("urn:latchkey:problem:unavailable"))
            }
            try await shop.expectUses(0)
        }
    }

    @Test("is not called for what the link does not give access to")
    func closed() async throws {
        try await withDownloadShop { shop in
            shop.maker = .remote { _, _, _, _ throws(LinkFault) in
                Issue.record("asked")
                throw .local(.cannotSign)
            }
            #expect(await shop.fetch(shop.path + "/other.zip").status == 404)
            #expect(await shop.fetch("/download/forged/GenX-1.0.0.zip").status == 404)
            try await shop.change("UPDATE download_grants SET uses = max_uses")
            #expect(await shop.fetch(shop.path + "/GenX-1.0.0.zip").status == 410)
            try await shop.change("UPDATE download_grants SET uses = 0, revoked_at = now()")
            #expect(await shop.fetch(shop.path + "/GenX-1.0.0.zip").status == 410)
            try await shop.expectUses(0)
        }
    }

    @Test("is served no more often than the link allows, however many requests come at once")
    func race() async throws {
        try await withDownloadShop { shop in
            shop.maker = .remote { _, _, _, _ throws(LinkFault) in "https://storage.example/x" }
            try await shop.lastADay()
            for (hour, expected) in [302, 302, 410].enumerated() {
                shop.passed = .seconds(3_600 * hour)
                #expect(await shop.statuses(of: 40, shop.path + "/GenX-1.0.0.zip") == [expected: 40])
                try await shop.expectUses(Int64(min(hour + 1, 2)))
            }
        }
    }

    @Test("counts each request against the limits once")
    func limits() async throws {
        try await withDownloadShop { shop in
            shop.maker = .remote { _, _, _, _ throws(LinkFault) in "https://storage.example/x" }
            shop.limits = try #require(RateLimitTable("download-link=2/3600"))
            let file = shop.path + "/GenX-1.0.0.zip"
            #expect(await shop.fetch(file).status == 302)
            #expect(await shop.fetch(file).status == 302)
            #expect(await shop.fetch(file).status == 429)
            try await shop.expectUses(1)
        }
    }

    @Test("a release that came in between is served with a link of its own")
    func released() async throws {
        try await withDownloadShop { shop in
            let asked = Asked()
            asked.shop = shop
            shop.maker = asked.maker { shop in
                try await shop.change("UPDATE artifacts SET object_name = 'genx-delay/1.0.1/macos/GenX-1.0.0.zip'")
                return 0
            }
            let response = await shop.fetch(shop.path + "/GenX-1.0.0.zip")
            #expect(response.status == 302 && asked.count == 2)
            #expect(
                asked.objects == ["genx-delay/1.0.0/macos/GenX-1.0.0.zip", "genx-delay/1.0.1/macos/GenX-1.0.0.zip"])
            try await shop.expectUses(1)
        }
    }

    @Test("the built function signs through the metadata server and IAM Credentials, and the link opens the file")
    func built() async throws {
        let google = try CloudSandbox()
        try FileManager.default.createDirectory(
            atPath: google.folder + "/genx-delay/1.0.0/macos", withIntermediateDirectories: true)
        try Data("twelve bytes".utf8).write(
            to: URL(filePath: google.folder + "/genx-delay/1.0.0/macos/GenX-1.0.0.zip"))
        let path = try await withDownloadShop { shop in
            try await shop.change("UPDATE download_grants SET expires_at = now() + interval '10 minutes'")
            return "/download/\(shop.token(expiresAt: WallClock.system.now() + .seconds(600)))"
        }
        let function = try BuiltFunction.start("download", try environment(google))
        try google.trouble("503", "/v1/projects", calls: 9)
        let refused = try get(function, path + "/GenX-1.0.0.zip")
        #expect(refused.hasPrefix("HTTP/1.1 503 ") && refused.contains("The download cannot start right now"))
        try google.clearTroubles()
        #expect(try get(function, path).contains("<dd>2</dd>"))
        let served = try get(function, path + "/GenX-1.0.0.zip")
        #expect(served.hasPrefix("HTTP/1.1 302 "))
        let location = try #require(served.split(separator: "\r\n").first { $0.lowercased().hasPrefix("location: ") })
        let file = try google.follow(String(location.dropFirst(10)))
        #expect(file.hasPrefix("HTTP/1.1 200 ") && file.hasSuffix("twelve bytes"), "\(file)")
        #expect(try get(function, path).contains("<dd>1</dd>"))
        #expect(try function.stop() == 0)
        #expect(function.log.contains { $0.contains("IAM Credentials answered: status=503") && $0.contains("ERROR") })
        #expect(!function.log.contains { $0.contains("ya29") || $0.contains("X-Goog") })
    }

    private func environment(_ google: CloudSandbox) throws -> [String: String] {
        let own = [
            "DATABASE_URL": try testDatabase().url.revealed(), "PUBLIC_URL": "http://localhost:8080",
            "TOKEN_SECRETS": "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ]
        return own.merging(google.settings) { $1 }
    }

    private func get(_ function: BuiltFunction, _ path: String) throws -> String {
        let connection = try RawConnection(port: function.port)
        connection.send("GET \(path) HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nConnection: close\r\n\r\n")
        return connection.readToEnd()
    }
}

/// A signer that notes what it was asked.
@Loop
private final class Asked {
    /// The test's, which holds this signer.
    weak var shop: DownloadShop?
    var usesBefore: Int64?
    var objects: [String] = []
    var count: Int { objects.count }

    /// Signs everything, after `body`.
    func maker(_ body: @escaping @Loop @Sendable (DownloadShop) async throws -> Int64) -> LinkMaker {
        .remote { object, method, _, _ throws(LinkFault) in await self.sign(object, method, body) }
    }

    private func sign(
        _ object: ObjectName, _ method: Method, _ body: @Loop @Sendable (DownloadShop) async throws -> Int64
    ) async -> String {
        objects.append(object.description)
        do {
            if let shop { usesBefore = try await body(shop) }
        } catch { Issue.record(error) }
        return "https://storage.example/\(method == .get ? "get" : "head")"
    }
}
