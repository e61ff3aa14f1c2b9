import HTTP
import Kernel
import Stripe
import Support
import Testing

@Suite("Webhook signature")
struct WebhookSignatureTests {
    private static let signature = "2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7"
    private static let wrong = String(repeating: "0", count: 64)
    private let now = Instant(unixSeconds: 1_533_204_620)
    private let secret = Secret("webhook_secret")

    private func fault(
        _ headers: [String], body: [UInt8]? = nil, secrets: [Secret]? = nil, now moment: Instant? = nil
    ) throws -> SignatureFault? {
        var request = Request(method: .post, path: "/", body: try body ?? vector("stripe/event_test_signature.json"))
        for header in headers { request.fields.append("STRIPE-signature", header) }
        do {
            _ = try WebhookSignature.verify(request, keys: SigningKeys(secrets ?? [secret]), now: moment ?? now)
            return nil
        } catch {
            return error
        }
    }

    @Test("that is not there, or there twice, is missing")
    func missing() throws {
        #expect(try fault([]) == .missing)
        let header = "t=1533204620,v1=\(Self.signature)"
        #expect(try fault([header, header]) == .missing)
    }

    @Test(
        "without exactly one time in plain digits is malformed",
        arguments: [
            "", ",", "v1=\(signature)", "t=,v1=\(signature)", "t=-1533204620,v1=\(signature)",
            "t=+1533204620,v1=\(signature)", "t= 1533204620,v1=\(signature)", "t=1533204620 ,v1=\(signature)",
            "t=0x5B62D60C,v1=\(signature)", "t=1533204620.0,v1=\(signature)", "t=١٥٣٣٢٠٤٦٢٠,v1=\(signature)",
            "t=1533204620;v1=\(signature)", "t=1533204620,t=\u{301},v1=\(signature)", "T=1533204620,v1=\(signature)",
            "t=15332046201533204620,v1=\(signature)",
            "t=1533204620,t=1533204620,v1=\(signature)", "t=1,t=1533204620,v1=\(signature)",
            "t=1533204620,v1=\(signature),t=1533204999",
            "t=1533204620," + String(repeating: "v1=\(signature),", count: 17),
            "t=1533204620,v1=\(signature)," + String(repeating: "x", count: 4_096),
        ])
    func malformed(header: String) throws {
        #expect(try fault([header]) == .malformed)
    }

    @Test(
        "that no secret of ours made is forged",
        arguments: [
            "t=1533204620", "t=1533204620,v1=", "t=1533204620,v0=\(signature)", "t=1533204620,v2=\(signature)",
            "t=1533204620,V1=\(signature)", "t=1533204620, v1=\(signature)", "t=1533204620,v1= \(signature)",
            "t=1533204620,v1=\(signature) ", "t=1533204620,v1=\(signature.uppercased())",
            "t=1533204620,v1=\(signature.dropLast())", "t=1533204620,v1=\(signature.dropLast(2))",
            "t=1533204620,v1=\(signature.prefix(32))", "t=1533204620,v1=\(signature)00", "t=1533204620,v1=\(wrong)",
            "t=1533204621,v1=\(signature)", "t=01533204620,v1=\(signature)",
            "t=1533204620,v1=ë\(signature.dropFirst(2))",
        ])
    func forged(header: String) throws {
        #expect(try fault([header]) == .forged)
    }

    @Test("with any one bit of the signature flipped is forged")
    func everyBit() throws {
        let digits = Array("0123456789abcdef")
        let right = Array(Self.signature)
        for place in right.indices {
            for digit in digits where digit != right[place] {
                var other = right
                other[place] = digit
                #expect(try fault(["t=1533204620,v1=\(String(other))"]) == .forged)
            }
        }
    }

    @Test("over another body, or with another secret, an empty one or none, is forged")
    func otherBodyOrSecret() throws {
        let header = ["t=1533204620,v1=\(Self.signature)"]
        let body = try vector("stripe/event_test_signature.json")
        #expect(try fault(header, body: body + [10]) == .forged)
        #expect(try fault(header, body: Array(body.dropLast())) == .forged)
        #expect(try fault(header, body: []) == .forged)
        #expect(try fault(header, secrets: [Secret("webhook_secreT")]) == .forged)
        #expect(try fault(header, secrets: []) == .forged)
        let unkeyed = WebhookSignature.sign(body, secret: Secret(""), at: now)
        #expect(try fault([unkeyed], secrets: [Secret("")]) == .forged)
    }

    @Test("is stale after 300 seconds and from the future before 300, to the microsecond")
    func window() throws {
        let header = ["t=1533204620,v1=\(Self.signature)"]
        #expect(try fault(header, now: now + .seconds(300) + .microseconds(1)) == .stale)
        #expect(try fault(header, now: now - .seconds(300) - .microseconds(1)) == .fromTheFuture)
        #expect(try fault(header, now: now + .seconds(86_400)) == .stale)
        #expect(try fault(header, now: now - .seconds(86_400)) == .fromTheFuture)
        #expect(try fault(header, now: now + .seconds(300)) == nil)
        #expect(try fault(header, now: now - .seconds(300)) == nil)
    }

    @Test("is called forged before it is called stale")
    func order() throws {
        #expect(try fault(["t=1,v1=\(Self.wrong)"]) == .forged)
        #expect(try fault(["t=999999999999,v1=\(Self.wrong)"]) == .forged)
    }

    @Test("is accepted in any position, beside other schemes, and with any of our secrets")
    func believed() throws {
        let all16 = String(repeating: "v1=\(Self.wrong),", count: 15)
        for header in [
            "t=1533204620,v1=\(Self.signature),v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef",
            "v1=\(Self.signature),t=1533204620", "t=1533204620,v1=\(Self.wrong),v1=\(Self.signature)",
            "t=1533204620,v1=\(Self.signature),v1=\(Self.wrong)", "t=1533204620,v1=zz,v9=x,,v1=\(Self.signature)",
            "t=1533204620,\(all16)v1=\(Self.signature)",
        ] {
            #expect(try fault([header]) == nil)
            #expect(try fault([header], secrets: [Secret("old"), Secret(""), secret]) == nil)
        }
    }

    @Test("carries the very bytes and the time that were signed")
    func payload() throws {
        let body = try vector("stripe/event_test_signature.json")
        var request = Request(method: .post, path: "/", body: body)
        request.fields.append("Stripe-Signature", "t=1533204620,v1=\(Self.signature)")
        let payload = try WebhookSignature.verify(request, keys: SigningKeys([secret]), now: now + .seconds(7))
        #expect(payload.body == body)
        #expect(payload.signedAt == now)
        let event = try Event(payload)
        #expect(event.id == StripeID("evt_123"))
        #expect(event.object == .other("customer"))
        #expect(event.kind == .unknown("customer.created"))
    }

    @Test("that we make is the one Stripe makes")
    func signs() throws {
        let body = try vector("stripe/event_test_signature.json")
        #expect(WebhookSignature.sign(body, secret: secret, at: now) == "t=1533204620,v1=\(Self.signature)")
    }
}
