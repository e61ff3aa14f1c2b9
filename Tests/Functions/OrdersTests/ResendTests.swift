import EventLoop
import HTTP
import JSON
import Kernel
import Orders
import Postgres
import Support
import Testing

@testable import OrdersFunction

@Suite("Lost e-mail", .freshDatabase)
struct ResendTests {
    @Test("the answer is byte for byte the same for a buyer and for a stranger", arguments: [true, false])
    func sameAnswer(isJSON: Bool) async throws {
        try await withOrderDesk { desk in
            try await desk.deliver("cs_test_a1b2c3d4e5")
            let stranger = await desk.resend("stranger@example.com", isJSON: isJSON)
            #expect(try await desk.queued() == "0")
            let buyer = await desk.resend("buyer@example.com", isJSON: isJSON)
            #expect(try await desk.queued() == "1")
            let again = await desk.resend("buyer@example.com", isJSON: isJSON)
            #expect(try await desk.queued() == "1")
            #expect(buyer == stranger && again == buyer && buyer.status == 200)
            #expect(
                isJSON
                    ? buyer.text == #"{"accepted":true}"#
                    : buyer.text.contains("If this address bought something, a mail is on its way."))
            #expect(buyer.fields["cache-control"] == "no-store" && buyer.fields["x-robots-tag"] == "noindex")
            #expect(buyer.fields["referrer-policy"] == "no-referrer")
            #expect(desk.log.text.contains("a lost e-mail was asked for"))
            #expect(!desk.log.text.contains("@example.com"))
        }
    }

    @Test("a form that a page of another site sends is 403, for a buyer as for a stranger, and queues nothing")
    func otherSite() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver("cs_test_a1b2c3d4e5")
            for email in ["buyer@example.com", "stranger@example.com"] {
                let response = await desk.orders(
                    Request(
                        method: .post, path: "/orders/resend",
                        fields: [
                            "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site",
                        ], body: Array("email=\(email)".utf8)))
                #expect(response.status == 403)
            }
            #expect(try await desk.queued() == "0")
        }
    }

    @Test("the mail waits in the outbox, due at once, about the newest order with an active license")
    func queued() async throws {
        try await withOrderDesk { desk in
            for number in 1...3 { try await desk.deliver("cs_test_000000000\(number)", event: "evt_\(number)") }
            try await desk.run(
                "UPDATE orders SET created_at = now() - interval '1 day' WHERE stripe_session_id LIKE '%1'")
            try await desk.run(
                "UPDATE orders SET created_at = now() - interval '2 days' WHERE stripe_session_id LIKE '%2'")
            try await desk.run("UPDATE orders SET created_at = now() WHERE stripe_session_id LIKE '%3'")
            try await desk.run(
                """
                UPDATE licenses SET status = 'revoked'
                WHERE order_id = (SELECT id FROM orders WHERE stripe_session_id LIKE '%3')
                """)
            _ = await desk.resend(" BUYER@Example.com ")
            #expect(try await desk.queued() == "1")
            let row = try await desk.text(
                """
                SELECT concat_ws(' ', o.stripe_session_id, e.recipient, e.status, e.attempts, e.next_attempt_at <= now())
                FROM emails e JOIN orders o ON o.id = e.order_id WHERE e.kind = 'resend'
                """)
            #expect(row == "cs_test_0000000001 buyer@example.com pending 0 t")
        }
    }

    @Test("one mail in ten minutes goes to a customer, also when the form is sent twenty times at once")
    func limit() async throws {
        try await withOrderDesk(poolSize: 8) { desk in
            try await desk.deliver("cs_test_a1b2c3d4e5")
            let requests = (0..<20).map { _ in Loop.start { await desk.resend("buyer@example.com").status } }
            for request in requests { #expect(await request.value == 200) }
            #expect(try await desk.queued() == "1")
            _ = await desk.resend("buyer@example.com", after: .seconds(590))
            #expect(try await desk.queued(after: .seconds(590)) == "1")
            _ = await desk.resend("buyer@example.com", after: .seconds(610))
            #expect(try await desk.queued(after: .seconds(610)) == "2")
        }
    }

    @Test("an address whose orders have no active license gets nothing")
    func closed() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver("cs_test_a1b2c3d4e5")
            try await desk.run("UPDATE licenses SET status = 'revoked'")
            #expect(await desk.resend("buyer@example.com").status == 200)
            #expect(try await desk.queued() == "0")
        }
    }

    @Test(
        "what is no address is 400 and names the field",
        arguments: [
            "", "x", "a@b", "a b@example.com", "a@example.com\r\nBcc: x@example.com", "a@example.com,b@example.com",
        ])
    func malformed(text: String) async throws {
        try await withOrderDesk { desk throws in
            let page = await desk.resend(text)
            #expect(page.status == 400 && page.text.contains("Please check the address"))
            let problem = await desk.resend(text, isJSON: true)
            #expect(problem.status == 400 && problem.text.contains(#""field":"email""#))
            #expect(problem.fields["content-type"] == "application/problem+json")
            #expect(try await desk.queued() == "0")
        }
    }

    @Test(
        "a body that cannot be read is refused by what is wrong with it",
        arguments: [
            ("application/json", "{", 400, "body"), ("application/json", #"{"email":7}"#, 400, "email"),
            ("application/json", "{}", 400, "email"), ("application/x-www-form-urlencoded", "email=%zz", 400, "body"),
            ("application/x-www-form-urlencoded", "email=a@example.com&email=b@example.com", 400, "email"),
            ("application/x-www-form-urlencoded; charset=utf-8", "mail=a@example.com", 400, "email"),
            ("text/plain", "a@example.com", 415, ""), ("", "email=a@example.com", 415, ""),
        ])
    func unreadable(type: String, body: String, status: Int, field: String) async throws {
        try await withOrderDesk { desk in
            let fields: Fields = ["Content-Type": type, "Accept": "application/json"]
            let response = await desk.orders(
                Request(method: .post, path: "/orders/resend", fields: fields, body: Array(body.utf8)))
            #expect(response.status == status)
            #expect(field.isEmpty || response.text.contains(#""field":"\#(field)""#))
        }
    }

    @Test("the response reads no table that knows who bought")
    func blind() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver("cs_test_a1b2c3d4e5")
            for table in ["customers", "orders", "licenses", "emails", "shops", "products"] {
                try await execute(script: "ALTER TABLE \(table) RENAME TO away_\(table)")
            }
            let buyer = await desk.resend("buyer@example.com")
            let stranger = await desk.resend("stranger@example.com")
            #expect(buyer.status == 200 && stranger == buyer)
            #expect(try await desk.text("SELECT count(*)::text FROM resend_requests") == "2")
        }
    }

    @Test("an address beyond ASCII is found in whichever form it is typed")
    func international() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver("cs_test_a1b2c3d4e5")
            try await desk.run("UPDATE customers SET email = 'jürgen@xn--bcher-kva.example'")
            try await desk.run("UPDATE orders SET email = 'jürgen@xn--bcher-kva.example'")
            #expect(await desk.resend("Jürgen@BÜCHER.example").status < 400)
            #expect(try await desk.queued() == "1")
        }
    }

    @Test("a database that does not answer is 503 or 500 for everybody")
    func databaseAway() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver("cs_test_a1b2c3d4e5")
            try await desk.run("ALTER TABLE resend_requests RENAME TO away")
            let buyer = await desk.resend("buyer@example.com")
            #expect((500..<600).contains(buyer.status))
            #expect(await desk.resend("stranger@example.com") == buyer)
            #expect(!desk.log.text.contains("buyer"))
        }
    }
}

extension OrderDesk {
    /// Sends the form, or JSON.
    func resend(
        _ email: String, isJSON: Bool = false, after passed: Duration = .zero, from caller: String = "127.0.0.1"
    ) async -> Response {
        let json = JSONValue.object([("email", .string(email))]).text
        return await orders(
            Request(
                method: .post, path: "/orders/resend",
                fields: ["Content-Type": isJSON ? "application/json" : "application/x-www-form-urlencoded"],
                body: Array((isJSON ? json : "email=\(PercentCoding.encode(email))").utf8),
                peer: caller, receivedAt: now + passed))
    }

    /// How many mails wait for a lost one, when the requests until then have been looked up.
    func queued(after passed: Duration = .zero) async throws -> String {
        _ = try await owner.run(ResendStatements.process(limit: 100, at: now + passed))
        #expect(try await text("SELECT count(*)::text FROM resend_requests") == "0")
        return try await text("SELECT count(*)::text FROM emails WHERE kind = 'resend'")
    }
}
