import EventLoop
import HTTP
import JSON
import Kernel
import Postgres
import Support
import Testing

@testable import OrdersFunction

private let session = "cs_test_a1b2c3d4e5"

@Suite("Wrong address", .freshDatabase)
struct CorrectionTests {
    @Test("the form leads back to the order's page, which says where the mail goes now")
    func form() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            let before = await desk.page(session).text
            #expect(before.contains(#"action="/orders/\#(session)/email""#) && before.contains("3 times"))
            let answer = await desk.correct(session, " Right@example.org ")
            #expect(answer.status == 303 && answer.fields["location"] == "/orders/\(session)")
            #expect(answer.fields["cache-control"] == "no-store" && answer.fields["referrer-policy"] == "no-referrer")
            let page = await desk.page(session, after: .seconds(10)).text
            #expect(page.contains("The address was changed on ") && page.contains("2 times"))
            #expect(page.contains("on its way to <strong>R…@example.org"))
            #expect(!page.contains("ight@example.org") && !page.contains("b…@example.com"))
            let key = try await desk.key()
            #expect(page.contains(key) && page.contains("/download/"))
            let links = Set([before, page].compactMap(token))
            #expect(links.count == 2)
        }
    }

    @Test("JSON is answered with the order as it is now")
    func json() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            let before = await desk.get("/orders/\(session)", accept: "application/json").text
            #expect(before.contains(#""address_changed_at":null,"address_changeable_until":"20"#))
            let answer = await desk.correct(session, "right@example.org", isJSON: true)
            #expect(answer.status == 200 && answer.fields["content-type"] == "application/json")
            #expect(answer.text.contains(#""to":"r…@example.org""#))
            #expect(answer.text.contains(#""address_changed_at":"20"#))
        }
    }

    @Test(
        "what is no address brings the page again, with what was entered and what is wrong with it",
        arguments: [
            "", "anna@example", "a b@example.com", "\"><script>alert(1)</script>", "a@example.com\r\nBcc: b@c.de",
        ])
    func invalid(text: String) async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            let before = try await desk.addresses()
            let page = await desk.correct(session, text)
            #expect(page.status == 400 && page.text.contains("<h1>Thank you for your order</h1>"))
            #expect(page.text.contains("aria-invalid=\"true\"") && page.text.contains("Nothing was changed."))
            #expect(page.text.contains("value=\"\(HTML.escape(text))\"") && !page.text.contains("<script>"))
            #expect(page.text.contains("<details class=\"card\" open>"))
            let problem = await desk.correct(session, text, isJSON: true)
            #expect(problem.status == 400 && problem.text.contains(#""field":"email""#))
            #expect(try await desk.addresses() == before)
        }
    }

    @Test("is corrected within the hour after the payment, and the form is there as long", arguments: [3_599, 3_600])
    func window(seconds: Int) async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            try await desk.run("UPDATE orders SET paid_at = \(desk.now)")
            let isAllowed = seconds < 3_600
            #expect(await desk.page(session, after: .seconds(seconds)).text.contains("<form") == isAllowed)
            let answer = await desk.correct(session, "right@example.org", after: .seconds(seconds))
            #expect(answer.status == (isAllowed ? 303 : 409))
        }
    }

    @Test(
        "is corrected three times, while the order gives access, and the form is there as long",
        arguments: [
            ("email_corrections = 2", true), ("email_corrections = 3", false),
            ("status = 'partially_refunded'", true), ("status = 'refunded'", false), ("status = 'disputed'", false),
            ("status = 'lost'", false), ("status = 'failed'", false),
        ])
    func rule(change: String, isAllowed: Bool) async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            try await execute(script: "UPDATE orders SET \(change)")
            let before = try await desk.addresses()
            #expect(await desk.page(session).text.contains("<form") == isAllowed)
            let answer = await desk.correct(session, "right@example.org")
            #expect(answer.status == (isAllowed ? 303 : 409))
            if !isAllowed {
                #expect(
                    answer.text.contains("The address was not changed")
                        && answer.text.contains("href=\"/orders/\(session)\""))
                let problem = await desk.correct(session, "right@example.org", isJSON: true)
                #expect(problem.status == 409 && problem.fields["content-type"] == "application/problem+json")
                #expect(await desk.correct(session, "none").status == 409)
                #expect(try await desk.addresses() == before)
            }
        }
    }

    @Test("an order that is not paid has no address to change yet", arguments: [true, false])
    func unpaid(isKnown: Bool) async throws {
        try await withOrderDesk { desk in
            if isKnown { _ = try await desk.begin(session) }
            desk.stripe.set(try StripeStub.session(session, status: "open", payment: "unpaid"))
            #expect(await desk.correct(session, "right@example.org").status == 409)
        }
    }

    @Test("a domain beyond ASCII is stored with A-labels and shown as people write it")
    func internationalDomain() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            #expect(await desk.correct(session, "anna@Bücher.example").status == 303)
            #expect(try await desk.addresses() == "anna@xn--bcher-kva.example anna@xn--bcher-kva.example")
            #expect(await desk.page(session).text.contains("a…@bücher.example"))
        }
    }

    @Test("a local part beyond ASCII is refused with a clear word, on the form and for programs")
    func internationalLocalPart() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            let before = try await desk.addresses()
            for isJSON in [false, true] {
                let answer = await desk.correct(session, "jürgen@example.com", isJSON: isJSON)
                #expect(answer.status == 400)
                #expect(answer.text.contains("must be plain letters without accents"))
            }
            #expect(try await desk.addresses() == before)
        }
    }

    @Test("a sale whose webhook has not arrived is made first")
    func late() async throws {
        try await withOrderDesk { desk in
            desk.stripe.set(try StripeStub.session(session))
            #expect(await desk.correct(session, "right@example.org").status == 303)
            #expect(try await desk.addresses() == "right@example.org right@example.org")
        }
    }

    @Test(
        "of an unknown, a forged and a foreign session is 404, the same as the page's",
        arguments: ["cs_test_0000000000", "cs_live_a1b2c3d4e5", "nonsense", "resend", "cs_test_a1b2c3d4e5x"])
    func missing(id: String) async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            let page = await desk.page("cs_test_1111111111")
            for text in ["right@example.org", "none"] {
                #expect(await desk.correct(id, text) == page)
                #expect(
                    await desk.correct(id, text, isJSON: true).text
                        == (await desk.get("/orders/x", accept: "application/json")).text)
            }
            #expect(page.status == 404)
            #expect(try await desk.addresses() == "buyer@example.com buyer@example.com")
        }
    }

    @Test("a form that a page of another site sends is 403, and one that does not say its origin is accepted")
    func otherSite() async throws {
        try await withOrderDesk { desk in
            try await desk.deliver(session)
            let before = try await desk.addresses()
            let fields: Fields = ["Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"]
            #expect(await desk.correct(session, "right@example.org", fields: fields).status == 403)
            #expect(try await desk.addresses() == before)
            let own: Fields = ["Sec-Fetch-Site": "same-origin", "Origin": "null"]
            #expect(await desk.correct(session, "right@example.org", fields: own).status == 303)
            #expect(await desk.correct(session, "righter@example.org", fields: ["Origin": "null"]).status == 303)
        }
    }

    @Test("the page that the form was answered with leads back when it is loaded by its address")
    func reloaded() async throws {
        try await withOrderDesk { desk in
            for method in [HTTP.Method.get, .head] {
                let answer = await desk.get("/orders/\(session)/email", method: method)
                #expect(answer.status == 303 && answer.fields["location"] == "/orders/\(session)")
            }
        }
    }

    @Test("the audit log has the caller's network, and no log has an address or a session")
    func traces() async throws {
        try await withOrderDesk(["TRUSTED_PROXY_HOPS": "1"]) { desk in
            try await desk.deliver(session)
            _ = await desk.correct(session, "right@example.org", fields: ["X-Forwarded-For": "6.6.6.6, 203.0.113.77"])
            let entry = try await desk.text(
                "SELECT concat_ws(' ', actor, action, details->>'from', details->>'to', origin) FROM audit_log WHERE actor = 'customer'"
            )
            #expect(entry == "customer email.corrected b…@example.com r…@example.org 203.0.113.0")
            try await desk.run("ALTER TABLE download_grants RENAME COLUMN revoked_at TO away")
            let fault = await desk.correct(session, "third@example.org", after: .seconds(20))
            #expect((500..<600).contains(fault.status))
            #expect(desk.log.text.contains("an order's address was corrected"))
            for secret in ["example.org", "example.com", "cs_test", "GENX-", "203.0.113.77"] {
                #expect(!desk.log.text.contains(secret), "\(secret)")
            }
        }
    }
}

extension OrderDesk {
    /// Sends the form, or JSON.
    func correct(
        _ session: String, _ email: String, isJSON: Bool = false, fields: Fields = [:],
        after passed: Duration = .seconds(5)
    ) async -> Response {
        var fields = fields
        fields.append("Content-Type", isJSON ? "application/json" : "application/x-www-form-urlencoded")
        let body =
            isJSON
            ? JSONValue.object([("email", .string(email))]).text : "email=\(PercentCoding.encode(email))"
        return await orders(
            Request(
                method: .post, path: "/orders/\(session)/email", fields: fields, body: Array(body.utf8),
                receivedAt: now + passed))
    }

    /// The address of the only order and of its customer.
    func addresses() async throws -> String {
        try await text("SELECT o.email || ' ' || c.email FROM orders o JOIN customers c ON c.id = o.customer_id")
    }
}
