import Downloads
import EventLoop
import HTTP
import Kernel
import OrderMails
import Postgres
import Support
import Testing

@testable import OrdersFunction

private let session = "cs_test_a1b2c3d4e5"

@Suite("Order page", .freshDatabase)
struct OrderPageTests {
    @Test("a paid order shows its keys, its files and where the mail went, and nothing that would betray the buyer")
    func paid() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            let response = await desk.page(session)
            #expect(response.status == 200)
            let key = try await desk.key()
            #expect(response.text.contains("<p class=\"key\">\(key)</p>"))
            #expect(response.text.contains("GenX Delay") && response.text.contains("49.00 USD"))
            #expect(response.text.contains("b…@example.com") && !response.text.contains("buyer@example.com"))
            #expect(response.text.contains("GenX%20Delay%201.2.0.pkg") && response.text.contains("24.6 MB"))
            #expect(!response.text.contains("http-equiv"))
            #expect(desk.stripe.asked == 0)
        }
    }

    @Test("the download link is the order's newest live grant's, and looking at the page makes no other")
    func link() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            try await desk.run(
                """
                INSERT INTO download_grants (id, order_id, expires_at, max_uses, uses, revoked_at, created_at)
                SELECT id, (SELECT id FROM orders), now() + expiry, 2, uses, revoked, now() + age
                FROM (VALUES
                    ('01234567-0000-7000-8000-000000000001'::uuid, interval '1 day', 0, NULL::timestamptz, interval '1 s'),
                    ('01234567-0000-7000-8000-000000000002', interval '1 day', 2, NULL, interval '2 s'),
                    ('01234567-0000-7000-8000-000000000003', interval '1 day', 0, now(), interval '3 s'),
                    ('01234567-0000-7000-8000-000000000004', interval '-1 hour', 0, NULL, interval '4 s')
                ) AS g (id, expiry, uses, revoked, age)
                """)
            let before = try await desk.counts()
            for _ in 0..<3 {
                let token = try #require(token(in: await desk.page(session).text))
                let verified = try desk.settings.mail.downloadTokens.verify(token, now: WallClock.system.now())
                #expect(verified.grant.description == "01234567-0000-7000-8000-000000000001")
            }
            expectCounts(try await desk.counts(), before)
        }
    }

    @Test("without a live grant the page offers the mail again instead of a link")
    func noLink() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            try await desk.run("UPDATE download_grants SET uses = max_uses")
            let page = await desk.page(session).text
            #expect(!page.contains("/download/") && page.contains("Ask for a fresh link"))
            #expect(page.contains("GENX-"))
        }
    }

    @Test("keys are whole for 24 hours from the payment, and then only their last four symbols are shown")
    func masked() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            let key = try await desk.key()
            try await desk.run("UPDATE orders SET paid_at = \(desk.now - .seconds(86_399))")
            #expect(await desk.page(session).text.contains(key))
            try await desk.run("UPDATE orders SET paid_at = \(desk.now - .seconds(86_400))")
            let page = await desk.page(session).text
            #expect(!page.contains(key) && page.contains("GENX-****-****-\(key.suffix(4))"))
            #expect(page.contains("href=\"/lost-email\""))
            let json = await desk.get("/orders/\(session)", accept: "application/json").text
            #expect(!json.contains(key) && json.contains(#""license_keys_masked":true,"license_keys_until":null"#))
        }
    }

    @Test("a license whose secret is gone is shown masked, and the log says why")
    func unknownVersion() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            try await desk.run("UPDATE licenses SET key_version = 9")
            let response = await desk.page(session)
            #expect(response.status == 200 && response.text.contains("GENX-****-****-"))
            #expect(desk.log.text.contains("LICENSE_SECRETS lacks version 9"))
        }
    }

    @Test(
        "an order that opens no doors says why, and what to do",
        arguments: [
            ("failed", "The payment did not go through", "href=\"/\">Back to GenX Delay"),
            ("expired", "This order was not completed", "href=\"/\">Back to GenX Delay"),
            ("refunded", "This order was refunded", "href=\"/support\""),
            ("disputed", "This order is on hold", "href=\"/support\""),
            ("lost", "This order is closed", "href=\"/support\""),
            ("paid", "This license is not active", "href=\"/support\""),
        ])
    func closed(status: String, heading: String, action: String) async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            try await desk.run("UPDATE orders SET status = \(status)")
            try await desk.run("UPDATE licenses SET status = \(status == "disputed" ? "suspended" : "revoked")")
            let page = await desk.page(session)
            #expect(page.status == 200 && page.text.contains("<h1>\(heading)</h1>") && page.text.contains(action))
            #expect(!page.text.contains("GENX-") && !page.text.contains("/download/"))
            #expect(!page.text.contains("http-equiv"))
            let charged = ["failed", "expired"].contains(status)
            #expect(page.text.contains("Nothing was charged") == charged)
        }
    }

    @Test("an order of which a part was refunded keeps its keys")
    func partlyRefunded() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            try await desk.run("UPDATE orders SET status = 'partially_refunded', amount_refunded = 1050")
            let page = await desk.page(session).text
            #expect(page.contains("GENX-") && page.contains("10.50 USD of your payment went back"))
            #expect(page.contains("<dt>Refunded</dt>") && page.contains("<dd>10.50 USD</dd>"))
            let json = await desk.get("/orders/\(session)", accept: "application/json").text
            #expect(json.contains(#""refunded":{"minor_units":1050,"currency":"usd"}"#))
        }
    }

    @Test("of two licenses only the active one is shown")
    func oneOfTwo() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            try await desk.run(
                """
                INSERT INTO licenses (id, order_id, product_id, status, key_version, key_hash, key_last_four, created_at)
                SELECT gen_random_uuid(), order_id, product_id, 'suspended', 1, sha256(key_hash), 'ZZZZ', created_at
                FROM licenses
                """)
            #expect(await desk.page(session).text.split(separator: "class=\"key\"").count == 2)
        }
    }

    @Test(
        "the page says what became of the mail",
        arguments: [
            ("pending", "is on its way to <strong>b…@example.com"), ("sent", "went to <strong>b…@example.com"),
            ("dead", "could not deliver the e-mail to <strong>b…@example.com"),
        ])
    func mail(status: String, words: String) async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            try await desk.run("UPDATE emails SET status = \(status), sent_at = now()")
            #expect(await desk.page(session).text.contains(words))
            try await desk.run("DELETE FROM emails")
            #expect(
                await desk.page(session).text.contains("No e-mail with your key has gone to <strong>b…@example.com"))
            try await desk.run("UPDATE orders SET email = NULL")
            #expect(await desk.page(session).text.contains("no e-mail address with this order"))
        }
    }

    @Test("names from the database are escaped")
    func escaped() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            try await desk.run("UPDATE products SET name = '<script>'")
            try await desk.run("UPDATE artifacts SET file_name = '\"><script>' || file_name")
            #expect(!(await desk.page(session).text.contains("<script>")))
        }
    }

    @Test(
        "no answer is stored, framed, indexed or named to another site", arguments: ["text/html", "application/json"])
    func headers(accept: String) async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            for path in ["/orders/\(session)", "/orders/cs_test_0000000000", "/orders/x"] {
                let fields = await desk.get(path, accept: accept).fields
                #expect(fields["cache-control"] == "no-store" && fields["referrer-policy"] == "no-referrer")
                #expect(fields["x-robots-tag"] == "noindex")
                guard accept == "text/html" else { continue }
                #expect(fields["content-security-policy"]?.contains("default-src 'none'") == true)
                #expect(fields["content-security-policy"]?.contains("frame-ancestors 'none'") == true)
                #expect(fields["x-content-type-options"] == "nosniff")
            }
        }
    }

    @Test("any other method is 405, and any other path 404")
    func routes() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            for path in ["/orders/\(session)/other", "/orders/\(session)/email/x"] {
                #expect(await desk.get(path).status == 404)
            }
            let put = await desk.get("/orders/\(session)/email", method: .put)
            #expect(put.status == 405 && put.fields["allow"] == "POST, GET, HEAD")
            let post = await desk.get("/orders/\(session)", method: .post)
            #expect(post.status == 405 && post.fields["allow"] == "GET, HEAD")
            let get = await desk.get("/orders/resend")
            #expect(get.status == 405 && get.fields["allow"] == "POST")
            let head = await desk.get("/orders/\(session)", method: .head)
            #expect(head.status == 200)
            for path in ["/orders", "/orders/", "/orders/\(session)/x", "/other/\(session)", "/"] {
                #expect(await desk.get(path).status == 404)
            }
        }
    }

    @Test("the log holds no key, no session and no address")
    func secrecy() async throws {
        try await withOrderDesk { desk in
            desk.stripe.set(try StripeStub.session(session))
            _ = await desk.page(session)
            _ = await desk.page("cs_test_0000000000")
            desk.stripe.setAway(true)
            _ = await desk.page("cs_test_1111111111")
            #expect(desk.log.text.contains("session looked up"))
            #expect(!desk.log.text.contains("GENX-") && !desk.log.text.contains("cs_test"))
            #expect(!desk.log.text.contains("@example.com") && !desk.log.text.contains("/download/"))
        }
    }
}

/// The download token in a page's first link to it.
func token(in page: String) -> String? {
    guard let start = page.firstRange(of: "/download/") else { return nil }
    return String(page[start.upperBound...].prefix { $0 != "\"" && $0 != "/" })
}
