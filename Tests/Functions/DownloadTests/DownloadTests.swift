import EventLoop
import HTTP
import Kernel
import Postgres
import Storage
import Support
import Testing

@testable import DownloadFunction

@Suite("Download page", .freshDatabase)
struct DownloadPageTests {
    @Test("shows product, version, files, the link's end and what is left, and uses up nothing")
    func page() async throws {
        try await withDownloadShop { shop in
            for method in [Method.get, .head, .get] {
                let response = await shop.fetch(shop.path, method)
                #expect(response.status == 200)
                #expect(response.fields["content-type"] == "text/html; charset=utf-8")
            }
            let html = await shop.fetch(shop.path).text
            let told = [
                "<h1>Download GenX Delay</h1>", "Version 1.0.0.", "GenX-1.0.0.zip", ">macOS<", "12 bytes",
                String(repeating: "07", count: 32), "href=\"\(shop.path)/GenX-1.0.0.zip\"",
                "20 November 2026, 19:59 UTC", "<dd>2</dd>",
            ]
            for text in told { #expect(html.contains(text), "\(text)") }
            try await shop.expectUses(0)
        }
    }

    @Test("is JSON for programs")
    func json() async throws {
        try await withDownloadShop { shop in
            let response = await shop.fetch(shop.path, accept: "application/json")
            let sum = String(repeating: "07", count: 32)
            #expect(response.status == 200)
            #expect(response.fields["content-type"] == "application/json")
            #expect(
                response.text == """
                    {"product":"GenX Delay","version":"1.0.0","expires_at":"2026-11-20T19:59:00.000000Z","uses_left":2,\
                    "files":[{"name":"GenX-1.0.0.zip","platform":"macos","size":12,"sha256":"\(sum)",\
                    "url":"https://shop.example\(shop.path)/GenX-1.0.0.zip"}]}
                    """)
            try await shop.expectUses(0)
        }
    }

    @Test("lists the newest release alone, and none before the first")
    func releases() async throws {
        try await withDownloadShop(versions: ["1.0.0", "1.1.0"]) { shop in
            let html = await shop.fetch(shop.path).text
            #expect(html.contains("GenX-1.1.0.zip") && !html.contains("1.0.0"))
        }
    }

    @Test("says so when nothing is released yet")
    func nothingYet() async throws {
        try await withDownloadShop(versions: []) { shop in
            let page = await shop.fetch(shop.path)
            #expect(page.status == 200 && page.text.contains("There is no release yet"))
            let json = await shop.fetch(shop.path, accept: "application/json")
            #expect(json.text.contains(#""version":null"#) && json.text.contains(#""files":[]"#))
        }
    }

    @Test("is never stored, indexed, framed or sent as a referrer", arguments: ["text/html", "application/json"])
    func fields(accept: String) async throws {
        try await withDownloadShop { shop in
            let fields = await shop.fetch(shop.path, accept: accept).fields
            #expect(fields["cache-control"] == "no-store")
            #expect(fields["referrer-policy"] == "no-referrer")
            #expect(fields["x-robots-tag"] == "noindex")
            #expect((fields["content-security-policy"] != nil) == (accept == "text/html"))
        }
    }

    @Test("escapes names that come from the database")
    func escapes() async throws {
        try await withDownloadShop { shop in
            try await shop.change("UPDATE products SET name = '<script>'")
            try await shop.change("UPDATE shops SET name = '<b>'")
            let html = await shop.fetch(shop.path).text
            #expect(!html.contains("<script>") && !html.contains("<b>"))
            #expect(html.contains("<h1>Download &lt;script&gt;</h1>"))
        }
    }
}

@Suite("Download of a file", .freshDatabase)
struct DownloadFileTests {
    @Test("counts one use and leads to a fresh signed link with the file's name")
    func serves() async throws {
        try await withDownloadShop { shop in
            let file = shop.path + "/GenX-1.0.0.zip"
            let first = await shop.fetch(file)
            #expect(first.status == 302)
            let expected = try shop.storageLink(for: .get)
            #expect(first.fields["location"] == expected)
            let start = "https://storage.googleapis.com/releases/genx-delay/1.0.0/macos/GenX-1.0.0.zip?"
            #expect(first.fields["location"]?.hasPrefix(start) == true)
            #expect(first.fields["location"]?.contains("X-Goog-Expires=300&") == true)
            let disposition = "response-content-disposition=attachment%3B%20filename%3D%22GenX-1.0.0.zip%22"
            #expect(first.fields["location"]?.contains(disposition) == true)
            #expect(first.fields["cache-control"] == "no-store" && first.fields["referrer-policy"] == "no-referrer")
            #expect(first.fields["x-robots-tag"] == "noindex")
            try await shop.expectUses(1)
            shop.passed = .seconds(60)
            let second = await shop.fetch(file)
            #expect(second.status == 302 && second.fields["location"] != first.fields["location"])
            try await shop.expectUses(1)
        }
    }

    @Test("is one use for an hour, however many connections, resumes and clicks it takes, and another after it")
    func segments() async throws {
        try await withDownloadShop { shop in
            try await shop.lastADay()
            let file = shop.path + "/GenX-1.0.0.zip"
            #expect(await shop.statuses(of: 32, file) == [302: 32])
            try await shop.expectUses(1)
            for seconds in [1, 1_800, 3_599] {
                shop.passed = .seconds(seconds)
                #expect(await shop.fetch(file).status == 302)
                try await shop.expectUses(1)
            }
            shop.passed = .seconds(3_600)
            #expect(await shop.fetch(file).status == 302)
            try await shop.expectUses(2)
        }
    }

    @Test("the last use serves its file to the end, from the page and by HEAD too, and no other file")
    func lastUse() async throws {
        try await withDownloadShop { shop in
            try await shop.lastADay()
            try await shop.change(
                """
                INSERT INTO artifacts (id, release_id, platform, file_name, object_name, size, sha256)
                SELECT gen_random_uuid(), release_id, 'windows', 'GenX-1.0.0.exe', 'genx-delay/1.0.0/windows/GenX-1.0.0.exe',
                    size, sha256
                FROM artifacts
                """)
            try await shop.change("UPDATE download_grants SET uses = max_uses - 1")
            let (file, other) = (shop.path + "/GenX-1.0.0.zip", shop.path + "/GenX-1.0.0.exe")
            #expect(await shop.fetch(file).status == 302)
            let page = await shop.fetch(shop.path)
            #expect(page.status == 200 && page.text.contains("<dd>0</dd>") && page.text.contains("within 60 minutes"))
            #expect(await shop.fetch(file, .head).status == 200)
            #expect(await shop.fetch(file).status == 302)
            for method in [Method.get, .head] { #expect(await shop.fetch(other, method).status == 410) }
            try await shop.expectUses(2)
            shop.passed = .seconds(3_600)
            for path in [shop.path, file, other] { #expect(await shop.fetch(path).status == 410) }
            try await shop.expectUses(2)
        }
    }

    @Test("is served no more often than the link allows, however many requests come at once")
    func race() async throws {
        try await withDownloadShop { shop in
            try await shop.lastADay()
            for (hour, expected) in [302, 302, 410, 410].enumerated() {
                shop.passed = .seconds(3_600 * hour)
                #expect(await shop.statuses(of: 40, shop.path + "/GenX-1.0.0.zip") == [expected: 40])
                try await shop.expectUses(Int64(min(hour + 1, 2)))
            }
            let page = await shop.fetch(shop.path)
            #expect(page.status == 410 && page.text.contains("is used up"))
            #expect(page.text.contains("href=\"/lost-email\"") && page.text.contains("Made and sold by Shop"))
        }
    }

    @Test("never counts for HEAD, which describes the file and leads to no link of its own")
    func head() async throws {
        try await withDownloadShop { shop in
            for _ in 0..<5 {
                let response = await shop.fetch(shop.path + "/GenX-1.0.0.zip", .head)
                #expect(response.status == 200 && response.fields["location"] == nil && response.body.isEmpty)
                #expect(response.fields["content-length"] == "12" && response.fields["accept-ranges"] == "bytes")
                #expect(response.fields["content-type"] == "application/zip")
                #expect(response.fields["content-disposition"] == #"attachment; filename="GenX-1.0.0.zip""#)
                #expect(response.fields["cache-control"] == "no-store" && response.fields["x-robots-tag"] == "noindex")
            }
            try await shop.expectUses(0)
            #expect(await shop.fetch(shop.path + "/other.zip", .head).status == 404)
        }
    }

    @Test("is 404 for a file of an older release and for any other name, and counts nothing")
    func noFile() async throws {
        try await withDownloadShop(versions: ["1.0.0", "1.1.0"]) { shop in
            for name in ["GenX-1.0.0.zip", "genx-1.1.0.zip", "GenX-1.1.0.zip%20", "other"] {
                let response = await shop.fetch("\(shop.path)/\(name)")
                #expect(response.status == 404)
                #expect(response.text.contains("href=\"\(shop.path)\""))
            }
            #expect(await shop.fetch("\(shop.path)/%47enX-1.1.0.zip").status == 302)
            try await shop.expectUses(1)
        }
    }

    @Test("is written to the log by product, version and platform, without the token or the storage link")
    func logged() async throws {
        try await withDownloadShop { shop in
            let file = shop.path + "/GenX-1.0.0.zip"
            for path in [file, file] { _ = await shop.fetch(path) }
            try await shop.change("UPDATE download_grants SET uses = max_uses, file_uses = '{}'")
            for path in [file, shop.path, "/download/x"] { _ = await shop.fetch(path) }
            let lines = shop.log.texts
            #expect(lines.count == 5)
            let served = #""message":"download served","function":"download","product":"genx-delay","version":"1.0.0","#
            #expect(lines[0].contains(served + #""platform":"macos""#))
            #expect(lines[2].contains(#""message":"download refused","function":"download","reason":"used up""#))
            #expect(lines[4].contains(#""reason":"no such link""#))
            let token = shop.token()
            #expect(!lines.contains { $0.contains(token.suffix(20)) || $0.contains("X-Goog") || $0.contains("@") })
        }
    }

    @Test("that cannot be signed is 500 and an error in the log")
    func unsigned() async throws {
        try await withDownloadShop { shop in
            shop.signer = .iam(serviceAccount: "x@y.example")
            #expect(await shop.fetch(shop.path + "/GenX-1.0.0.zip").status == 500)
            #expect(shop.log.texts.last?.contains(#""severity":"ERROR""#) == true)
        }
    }
}

@Suite("Closed link", .freshDatabase)
struct ClosedLinkTests {
    static let reasons: [(SQL, String, String)] = [
        ("UPDATE download_grants SET revoked_at = now()", "has been withdrawn", "/support"),
        ("UPDATE licenses SET status = 'suspended'", "no active license", "/support"),
        ("UPDATE licenses SET status = 'revoked'", "no active license", "/support"),
        ("UPDATE download_grants SET expires_at = '2026-11-20T18:59:00Z'", "has expired", "/lost-email"),
        ("UPDATE download_grants SET uses = max_uses", "is used up", "/lost-email"),
    ]

    @Test("is 410 with its reason and a way on, for page, file and HEAD, and counts nothing", arguments: 0..<5)
    func closed(index: Int) async throws {
        try await withDownloadShop { shop in
            let (sql, heading, wayOn) = ClosedLinkTests.reasons[index]
            try await shop.change(sql)
            let uses = try await shop.uses()
            for (path, method) in [("", Method.get), ("/GenX-1.0.0.zip", .get), ("/GenX-1.0.0.zip", .head)] {
                let page = await shop.fetch(shop.path + path, method)
                #expect(page.status == 410)
                #expect(page.text.contains(heading) && page.text.contains("class=\"button\" href=\"\(wayOn)\""))
                let problem = await shop.fetch(shop.path + path, method, accept: "application/json")
                #expect(problem.status == 410 && problem.text.contains("urn:latchkey:problem:gone"))
            }
            try await shop.expectUses(uses)
        }
    }

    @Test("of a grant that does not exist gets the same response as a forged one")
    func unknown() async throws {
        try await withDownloadShop { shop in
            let unknown = await shop.fetch("/download/\(shop.token(for: GrantID(at: shop.now)))")
            let forged = await shop.fetch("/download/forged")
            #expect(unknown == forged)
            #expect(unknown.status == 404)
        }
    }

    @Test("is closed from the moment its time is over")
    func over() async throws {
        try await withDownloadShop { shop in
            let path = shop.path
            shop.passed = .seconds(3599)
            #expect(await shop.fetch(path).status == 200)
            shop.passed = .seconds(3600)
            #expect(await shop.fetch(path).status == 410)
        }
    }
}
