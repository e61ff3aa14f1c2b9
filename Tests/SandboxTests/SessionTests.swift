import HTTP
import JSON
import Kernel
import Testing

@testable import Sandbox

@Suite("Checkout sessions")
struct SessionTests {
    @Test("a session keeps its parameters and waits for its buyer")
    func create() async throws {
        let sandbox = try await TestSandbox()
        let id = try await sandbox.session(
            "&client_reference_id=order-1&metadata[order]=7&customer_email=a%40example.com&allow_promotion_codes=true"
                + "&automatic_tax[enabled]=true&invoice_creation[enabled]=true")
        let session = try await sandbox.show(id)
        #expect(session["status"] == "open")
        #expect(session["payment_status"] == "unpaid")
        #expect(session["livemode"] == false)
        #expect(session["amount_total"] == 4900)
        #expect(session["currency"] == "usd")
        #expect(session["client_reference_id"] == "order-1")
        #expect(session["metadata"]["order"] == "7")
        #expect(session["customer_email"] == "a@example.com")
        #expect(session["allow_promotion_codes"] == true)
        #expect(session["automatic_tax"]["enabled"] == true)
        #expect(session["invoice_creation"]["enabled"] == true)
        #expect(session["url"] == .string("http://sandbox.test/pay/\(id)"))
        #expect(session["expires_at"] == 1_795_287_600)
        #expect(session["payment_intent"].isNull)
    }

    @Test("a price may come with the call, and several items add up")
    func priceData() async throws {
        let sandbox = try await TestSandbox()
        let id = try await sandbox.session(
            "&line_items[1][price_data][currency]=usd&line_items[1][price_data][unit_amount]=250"
                + "&line_items[1][price_data][product_data][name]=Presets&line_items[1][quantity]=2")
        let session = try await sandbox.api(.get, "/v1/checkout/sessions/\(id)?expand[]=line_items").json
        #expect(session["amount_total"] == 5400)
        #expect(session["line_items"]["data"].elements.map(\.["description"].string) == ["Delay <One>", "Presets"])
        #expect(session["line_items"]["data"].elements.last?["amount_total"] == 500)
    }

    @Test(
        "a call that Stripe would refuse is refused in Stripe's words",
        arguments: [
            ("&foo=1", "parameter_unknown", "foo"), ("&metadata2[a]=1", "parameter_unknown", "metadata2[a]"),
            ("&line_items[0][prize]=1", "parameter_unknown", "line_items[0][prize]"),
            ("&line_items[1][price]=price_none&line_items[1][quantity]=1", "resource_missing", "line_items[1][price]"),
            ("&line_items[1][price]=price_delay", "parameter_missing", "line_items[1][quantity]"),
            (
                "&line_items[1][price]=price_delay&line_items[1][quantity]=x", "parameter_invalid_integer",
                "line_items[1][quantity]"
            ),
            ("&customer_email=", "parameter_invalid_empty", "customer_email"),
            ("&customer_email=nobody", "email_invalid", "customer_email"),
            ("&cancel_url=nowhere", "url_invalid", "cancel_url"),
            ("&expires_at=1795201300", nil, "expires_at"), ("&expires_at=1795301300", nil, "expires_at"),
            ("&mode=subscription", nil, "mode"), ("&allow_promotion_codes=perhaps", nil, "allow_promotion_codes"),
            ("&line_items[1][price]=price_eur&line_items[1][quantity]=1", nil, "line_items[1][price]"),
        ] as [(String, String?, String)])
    func refuses(more: String, code: String?, parameter: String) async throws {
        let sandbox = try await TestSandbox()
        let answer = try await sandbox.api(.post, "/v1/checkout/sessions", TestSandbox.order() + more)
        #expect(answer.status == 400)
        #expect(answer.error["type"] == "invalid_request_error")
        #expect(answer.error["code"].string == code)
        #expect(answer.error["param"].string == parameter)
        #expect(answer.error["message"].string?.isEmpty == false)
        #expect(try await sandbox.api(.get, "/v1/checkout/sessions").json["data"].elements.isEmpty)
    }

    @Test(
        "the key is needed, as a bearer's or as a user name",
        arguments: [
            (nil, 401), ("Bearer sk_test_wrong", 401), ("Bearer ", 401), ("Basic c2tfdGVzdF81MTo=", 200),
            ("Basic c2tfdGVzdF81Mjo=", 401), ("Bearer sk_test_51", 200), ("bearer sk_test_51", 200),
        ] as [(String?, Int)])
    func authenticates(authorization: String?, status: Int) async throws {
        let sandbox = try await TestSandbox()
        let fields: Fields = authorization.map { ["Authorization": $0] } ?? [:]
        let answer = try await sandbox.send(Request(path: "/v1/balance", fields: fields))
        #expect(answer.status == status)
        if status == 401 { #expect(answer.error["type"] == "invalid_request_error") }
    }

    @Test("every answer has a request ID and echoes the version")
    func headers() async throws {
        let sandbox = try await TestSandbox()
        let answer = try await sandbox.api(.get, "/v1/nothing", fields: ["Stripe-Version": "2025-09-30.clover"])
        #expect(answer.status == 404)
        #expect(answer.response.fields["request-id"]?.hasPrefix("req_") == true)
        #expect(answer.response.fields["stripe-version"] == "2025-09-30.clover")
        #expect(answer.response.fields["content-type"] == "application/json")
    }

    @Test("lists go page by page, the newest first")
    func pages() async throws {
        let sandbox = try await TestSandbox()
        var ids: [String] = []
        for _ in 0..<3 {
            ids.append(try await sandbox.session())
            sandbox.clock.advance(.seconds(10))
        }
        let first = try await sandbox.api(.get, "/v1/checkout/sessions?limit=2").json
        #expect(first["data"].elements.compactMap(\.["id"].string) == [ids[2], ids[1]])
        #expect(first["has_more"] == true)
        let second = try await sandbox.api(.get, "/v1/checkout/sessions?limit=2&starting_after=\(ids[1])").json
        #expect(second["data"].elements.compactMap(\.["id"].string) == [ids[0]])
        #expect(second["has_more"] == false)
        let late = try await sandbox.api(.get, "/v1/checkout/sessions?created[gte]=1795201210&status=open").json
        #expect(late["data"].elements.count == 2)
        let before = try await sandbox.api(.get, "/v1/checkout/sessions?ending_before=\(ids[1])").json
        #expect(before["data"].elements.compactMap(\.["id"].string) == [ids[2]])
        #expect(try await sandbox.api(.get, "/v1/checkout/sessions?limit=101").status == 400)
        #expect(try await sandbox.api(.get, "/v1/checkout/sessions?starting_after=cs_test_none").status == 400)
    }

    @Test(
        "a missing object is 404 in Stripe's form",
        arguments: [
            "checkout/sessions/cs_test_x", "charges/ch_x", "payment_intents/pi_x", "events/evt_x", "disputes/dp_x",
            "refunds/re_x", "checkout/sessions/cs_test_x/line_items",
        ])
    func missing(path: String) async throws {
        let answer = try await TestSandbox().api(.get, "/v1/\(path)")
        #expect(answer.status == 404)
        #expect(answer.error["code"] == "resource_missing")
    }

    @Test("an open session expires on request, once, and by itself after a day")
    func expires() async throws {
        let sandbox = try await TestSandbox()
        let first = try await sandbox.session()
        let path = "/v1/checkout/sessions/\(first)/expire"
        #expect(try await sandbox.api(.post, path).json["status"] == "expired")
        #expect(try await sandbox.api(.post, path).status == 400)
        let second = try await sandbox.session()
        sandbox.clock.advance(.seconds(86_401))
        #expect(try await sandbox.show(second)["status"] == "expired")
        #expect(try await sandbox.show(second)["url"].isNull)
        #expect(try await sandbox.eventTypes() == ["checkout.session.expired", "checkout.session.expired"])
    }

    @Test("IDs are expanded to objects on request")
    func expands() async throws {
        let sandbox = try await TestSandbox()
        let id = try await sandbox.session()
        try await sandbox.press("pay", id)
        let path = "/v1/checkout/sessions/\(id)?expand[]=payment_intent.latest_charge"
        let session = try await sandbox.api(.get, path).json
        #expect(session["payment_intent"]["latest_charge"]["object"] == "charge")
        let list = try await sandbox.api(.get, "/v1/checkout/sessions?expand[]=data.line_items").json
        #expect(list["data"].elements.first?["line_items"]["data"].elements.count == 1)
        #expect(try await sandbox.api(.get, "/v1/checkout/sessions/\(id)?expand[]=nonsense").status == 400)
    }
}
