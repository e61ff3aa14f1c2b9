import HTTP
import Kernel
import Stripe
import Testing

@Suite("Stripe fault")
struct StripeFaultTests {
    private func fault(_ status: Int, _ body: String, _ fields: Fields = [:]) throws -> StripeFault {
        let response = Response(status: status, fields: fields, body: Array(body.utf8))
        let id = try #require(StripeID("ch_1"))
        return try #require(throws: StripeFault.self) { try StripeRequest.charge(id).answer(response) }
    }

    @Test(
        "is worth a retry after a conflict, a rate limit and Stripe's own failures",
        arguments: [409, 429, 500, 502, 503, 504, 599])
    func retryable(status: Int) throws {
        let fault = try fault(status, #"{"error":{"type":"api_error","code":"lock_timeout","message":"m"}}"#)
        guard case .retryable("lock_timeout", let context) = fault else { throw fault }
        #expect(context.status == status && fault.advice.isWorthwhile)
    }

    @Test("is a refusal with code and parameter for the other 4xx", arguments: [400, 402, 404, 422, 424])
    func refused(status: Int) throws {
        let body =
            #"{"error":{"type":"card_error","code":"card_declined","param":"line_items[0][price]","decline_code":"lost_card"}}"#
        let fault = try fault(status, body)
        guard case .refused("card_declined", "line_items[0][price]", "lost_card", _) = fault else { throw fault }
        #expect(!fault.advice.isWorthwhile)
    }

    @Test("without a code goes by its type")
    func byType() throws {
        let fault = try fault(400, #"{"error":{"type":"idempotency_error","message":"m"}}"#)
        guard case .refused("idempotency_error", nil, nil, _) = fault else { throw fault }
    }

    @Test("is about the key for 401 and 403", arguments: [401, 403])
    func authentication(status: Int) throws {
        let fault = try fault(status, #"{"error":{"message":"Invalid API Key provided: sk_test_****1234"}}"#)
        guard case .authentication(nil, _) = fault else { throw fault }
        #expect(!fault.advice.isWorthwhile)
    }

    @Test("keeps its kind when the body is no JSON", arguments: ["", "<html>", "[]", "{}", #"{"error":"x"}"#])
    func noJSON(body: String) throws {
        guard case .retryable(nil, _) = try fault(502, body) else { throw try fault(502, body) }
        guard case .refused(nil, nil, nil, _) = try fault(404, body) else { throw try fault(404, body) }
    }

    @Test("distinguishes an unreadable success from a redirect and names the part at fault")
    func malformed() throws {
        guard case .malformedAnswer("id", _) = try fault(200, "{}") else { throw try fault(200, "{}") }
        guard case .malformedAnswer("", _) = try fault(302, "") else { throw try fault(302, "") }
    }

    @Test("shows only machine-readable codes, never Stripe's message or anything that could break a log line")
    func description() throws {
        let fields: Fields = ["request-id": "req_1 \u{1B}[31m"]
        let body = #"{"error":{"type":"t","code":"a b\n\"c\"","param":"p","message":"sk_live_secret ada@example.com"}}"#
        let text = "\(try fault(400, body, fields))"
        #expect(text == "refused code=a?b??c? param=p status=400 request=req_1??[31m")
        #expect("\(try fault(500, body, fields))".hasPrefix("retryable code=a?b??c? status=500"))
        #expect("\(try fault(200, "{}"))" == "malformed answer field=id status=200")
        #expect("\(try fault(401, "", fields))" == "authentication status=401 request=req_1??[31m")
        var dumped = ""
        dump(try fault(400, body, fields), to: &dumped)
        #expect(!dumped.contains("sk_live"))
    }
}

@Suite("Retry policy")
struct RetryPolicyTests {
    private let policy = RetryPolicy(attempts: 4, base: .milliseconds(100), limit: .milliseconds(300))

    private func advice(_ status: Int, _ fields: Fields = [:]) -> RetryAdvice {
        RetryAdvice(Response(status: status, fields: fields))
    }

    @Test("stops after the last attempt, and at once when a retry is useless")
    func stops() {
        #expect(policy.wait(afterAttempt: 4, .unanswered, random: 0) == nil)
        #expect(policy.wait(afterAttempt: 3, .unanswered, random: 0) == .zero)
        #expect(policy.wait(afterAttempt: 1, advice(400), random: 0) == nil)
        #expect(policy.wait(afterAttempt: 1, advice(500), random: 0) == .zero)
    }

    @Test("waits between nothing and a bound that doubles up to the limit")
    func doubles() {
        let bounds = (1...3).map { policy.wait(afterAttempt: $0, .unanswered, random: .max) }
        #expect(bounds == [.milliseconds(100), .milliseconds(200), .milliseconds(300)])
        #expect(policy.wait(afterAttempt: 2, .unanswered, random: .max / 2) == .milliseconds(100))
        let patient = RetryPolicy(attempts: .max, base: .seconds(1), limit: .seconds(60))
        #expect(patient.wait(afterAttempt: 1_000, .unanswered, random: .max) == .seconds(60))
    }

    @Test("does as Stripe-Should-Retry says, whatever the status")
    func shouldRetry() {
        #expect(!advice(500, ["Stripe-Should-Retry": "false"]).isWorthwhile)
        #expect(advice(400, ["stripe-should-retry": "true"]).isWorthwhile)
        #expect(advice(409, ["Stripe-Should-Retry": "perhaps"]).isWorthwhile)
    }

    @Test("waits as long as Retry-After asks, and gives up when that is too long")
    func retryAfter() {
        let patient = RetryPolicy(attempts: 3, base: .milliseconds(100), limit: .seconds(5))
        #expect(patient.wait(afterAttempt: 1, advice(429, ["Retry-After": "3"]), random: .max) == .seconds(3))
        #expect(patient.wait(afterAttempt: 1, advice(429, ["Retry-After": "6"]), random: 0) == nil)
        #expect(patient.wait(afterAttempt: 1, advice(429, ["Retry-After": "0"]), random: .max) == .milliseconds(100))
        for text in ["-1", "soon", "99999999999999999999", "Wed, 21 Oct 2015 07:28:00 GMT"] {
            #expect(patient.wait(afterAttempt: 1, advice(429, ["Retry-After": text]), random: 0) == .zero)
        }
    }
}

@Suite("Secret key kind")
struct SecretKeyKindTests {
    @Test("tells test keys from live ones and refuses all else")
    func kinds() {
        #expect(SecretKeyKind(Secret("sk_test_1")) == .test && SecretKeyKind(Secret("rk_test_1")) == .test)
        #expect(SecretKeyKind(Secret("sk_live_1")) == .live && SecretKeyKind(Secret("rk_live_1")) == .live)
        for text in ["", "sk_test_", "pk_test_1", "SK_TEST_1", " sk_test_1", "whsec_1", "sk_testing"] {
            #expect(SecretKeyKind(Secret(text)) == nil)
        }
    }
}
