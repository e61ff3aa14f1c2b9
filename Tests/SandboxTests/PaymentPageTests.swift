import HTTP
import JSON
import Kernel
import Testing

@testable import Sandbox

@Suite("Payment page")
struct PaymentPageTests {
    @Test("shows what is sold, escaped, and that no money moves")
    func shows() async throws {
        let sandbox = try await TestSandbox()
        let id = try await sandbox.session("&customer_email=a%40example.com")
        let page = try await sandbox.send(Request(path: "/pay/\(id)"))
        #expect(page.status == 200)
        #expect(page.text.contains("Sandbox: no real money."))
        #expect(page.text.contains("Delay &lt;One&gt;"))
        #expect(page.text.contains("49.00 USD"))
        #expect(page.text.contains(#"value="a@example.com""#))
        #expect(page.response.fields["content-security-policy"]?.contains("form-action") == false)
        let css = try await sandbox.send(Request(path: "/assets/pay.css"))
        #expect(css.status == 200)
        #expect(!css.response.body.isEmpty)
    }

    @Test("Pay completes the session, leads back to the shop and emits events, once for two clicks")
    func pays() async throws {
        let sandbox = try await TestSandbox()
        let id = try await sandbox.session("&payment_intent_data[metadata][order]=7&customer_creation=always")
        for _ in 0..<2 {
            let answer = try await sandbox.press("pay", id)
            #expect(answer.status == 303)
            #expect(answer.response.fields["location"] == "http://shop.test/thanks?s=\(id)")
        }
        let session = try await sandbox.show(id)
        #expect(session["status"] == "complete")
        #expect(session["payment_status"] == "paid")
        #expect(session["url"].isNull)
        #expect(session["customer_details"]["email"] == "jenny@example.com")
        #expect(session["customer_details"]["name"] == "Jenny")
        #expect(session["customer"].string?.hasPrefix("cus_") == true)
        let intent = try await sandbox.api(.get, "/v1/payment_intents/\(session["payment_intent"].string ?? "")").json
        #expect(intent["status"] == "succeeded")
        #expect(intent["metadata"]["order"] == "7")
        #expect(
            try await sandbox.eventTypes()
                == ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"])
    }

    @Test("Decline leaves the session open, and a later try uses the same payment intent")
    func declines() async throws {
        let sandbox = try await TestSandbox()
        let id = try await sandbox.session()
        let declined = try await sandbox.press("decline", id)
        #expect(declined.status == 402)
        #expect(declined.text.contains("Your card was declined."))
        let intent = try await sandbox.show(id)["payment_intent"]
        #expect(try await sandbox.show(id)["status"] == "open")
        try await sandbox.press("pay", id)
        #expect(try await sandbox.show(id)["payment_intent"] == intent)
        #expect(
            try await sandbox.eventTypes() == [
                "charge.failed", "payment_intent.payment_failed", "charge.succeeded", "payment_intent.succeeded",
                "checkout.session.completed",
            ])
    }

    @Test("Cancel leads back to the shop and changes nothing")
    func cancels() async throws {
        let sandbox = try await TestSandbox()
        let id = try await sandbox.session()
        let answer = try await sandbox.press("cancel", id)
        #expect(answer.status == 303)
        #expect(answer.response.fields["location"] == "http://shop.test/")
        #expect(try await sandbox.show(id)["status"] == "open")
    }

    @Test(
        "a delayed payment completes unpaid and settles when told",
        arguments: [
            ("delayed_succeeds", "", "paid", "succeeded"), ("delayed_fails", "", "unpaid", "failed"),
            ("delayed_succeeds", #","outcome":"fail""#, "unpaid", "failed"),
            ("delayed_fails", #","outcome":"succeed""#, "paid", "succeeded"),
        ])
    func delays(method: String, outcome: String, status: String, event: String) async throws {
        let sandbox = try await TestSandbox()
        let id = try await sandbox.session()
        try await sandbox.press("pay", id, method: method)
        #expect(try await sandbox.show(id)["status"] == "complete")
        #expect(try await sandbox.show(id)["payment_status"] == "unpaid")
        #expect(try await sandbox.eventTypes().last == "checkout.session.completed")
        #expect(try await sandbox.control("async", #"{"session":"\#(id)"\#(outcome)}"#).status == 200)
        #expect(try await sandbox.show(id)["payment_status"].string == status)
        #expect(try await sandbox.eventTypes().last == "checkout.session.async_payment_\(event)")
        #expect(try await sandbox.control("async", #"{"session":"\#(id)"}"#).status == 400)
    }

    @Test("a free session needs no payment")
    func free() async throws {
        let sandbox = try await TestSandbox()
        let id = try await sandbox.session(price: "price_free")
        try await sandbox.press("pay", id)
        #expect(try await sandbox.show(id)["payment_status"] == "no_payment_required")
        #expect(try await sandbox.show(id)["payment_intent"].isNull)
        #expect(try await sandbox.eventTypes() == ["checkout.session.completed"])
    }

    @Test("a broken e-mail address is refused, an unknown or expired session explained")
    func refuses() async throws {
        let sandbox = try await TestSandbox()
        let id = try await sandbox.session()
        #expect(try await sandbox.press("pay", id, email: "nobody").status == 400)
        #expect(try await sandbox.show(id)["status"] == "open")
        #expect(try await sandbox.send(Request(path: "/pay/cs_test_none")).status == 404)
        _ = try await sandbox.control("expire", #"{"session":"\#(id)"}"#)
        let page = try await sandbox.send(Request(path: "/pay/\(id)"))
        #expect(page.status == 410)
        #expect(page.text.contains("http://shop.test/"))
        #expect(try await sandbox.press("pay", id).status == 410)
        #expect(try await sandbox.show(id)["status"] == "expired")
    }
}
