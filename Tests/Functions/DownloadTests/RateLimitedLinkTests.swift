import HTTP
import Kernel
import Limits
import RateLimiting
import Support
import Testing

@testable import DownloadFunction

@Suite("Rate-limited link", .freshDatabase)
struct RateLimitedLinkTests {
    @Test("comes too often: 429 for page, file and HEAD alike, from any address, and nothing is used up")
    func link() async throws {
        try await withDownloadShop { shop in
            shop.limits = try #require(RateLimitTable("download-link=3/60"))
            let file = shop.path + "/GenX-1.0.0.zip"
            #expect(await shop.fetch(shop.path).status == 200)
            #expect(await shop.fetch(file, .head, from: "203.0.113.8").status == 200)
            #expect(await shop.fetch(file, from: "203.0.113.9").status == 302)
            try await shop.expectUses(1)
            for (path, method) in [(shop.path, Method.get), (shop.path, .head), (file, .get), (file, .head)] {
                let refused = await shop.fetch(path, method, from: "203.0.113.10")
                #expect(refused.status == 429)
                #expect(refused.fields["retry-after"] == "20")
                #expect(refused.fields["ratelimit"] == #""download-link";r=0;t=20"#)
            }
            try await shop.expectUses(1)
            shop.passed = .seconds(20)
            #expect(await shop.fetch(file, from: "203.0.113.10").status == 302)
            try await shop.expectUses(1)
        }
    }

    @Test("one caller's haste limits that caller alone, whatever links it tries, and forged links count for no one")
    func address() async throws {
        try await withDownloadShop { shop in
            shop.limits = try #require(RateLimitTable("download-address=2/60"))
            for _ in 0..<5 { #expect(await shop.fetch("/download/forged").status == 404) }
            #expect(await shop.fetch(shop.path).status == 200)
            let other = "/download/" + shop.token(for: GrantID(at: shop.now))
            #expect(await shop.fetch(other).status == 404)
            #expect(await shop.fetch(other).status == 429)
            #expect(await shop.fetch(shop.path).status == 429)
            #expect(await shop.fetch(shop.path, from: "203.0.113.8").status == 200)
            #expect(await shop.fetch(shop.path, from: "2001:db8::1").status == 200)
            #expect(await shop.fetch(shop.path, from: "2001:db8::2").status == 200)
            #expect(await shop.fetch(shop.path, from: "2001:db8::3").status == 429)
        }
    }

    @Test("is a page for people and a problem for programs, and pages have rate limit fields but redirects do not")
    func told() async throws {
        try await withDownloadShop { shop in
            shop.limits = try #require(RateLimitTable("download-link=2/60"))
            let page = await shop.fetch(shop.path)
            let policies = try #require(page.fields["ratelimit-policy"])
            #expect(policies.contains(#""download-link";q=2;w=60"#))
            #expect(policies.contains(#""download-address";q=240;w=60"#))
            #expect(page.fields["ratelimit"]?.contains(#""download-link";r=1;t=30"#) == true)
            let away = await shop.fetch(shop.path + "/GenX-1.0.0.zip")
            #expect(away.status == 302 && away.fields["ratelimit"] == nil)
            let refused = await shop.fetch(shop.path)
            #expect(refused.text.contains("<h1>That was too often in a short time</h1>"))
            #expect(refused.text.contains("Your link still works") && refused.text.contains("Please wait 30 seconds"))
            #expect(refused.fields["cache-control"] == "no-store")
            let problem = await shop.fetch(shop.path, accept: "application/json")
            #expect(problem.status == 429 && problem.fields["content-type"] == "application/problem+json")
            #expect(problem.text.contains(#""type":"urn:latchkey:problem:too-many-requests""#))
            #expect(!shop.log.texts.joined().contains("203.0.113.7"))
        }
    }

    @Test("the standard limits let through what a buyer, a mail scanner and a download manager do at once")
    func roomy() async throws {
        try await withDownloadShop { shop in
            for _ in 0..<120 { #expect(await shop.fetch(shop.path).status == 200) }
        }
    }
}
