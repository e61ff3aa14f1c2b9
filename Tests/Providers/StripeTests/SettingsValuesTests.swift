import HTTP
import Kernel
import Stripe
import Testing

@Suite("Stripe account and secrets")
struct SettingsValuesTests {
    @Test("asks for the balance and reads whether it is real money", arguments: [true, false])
    func balance(isLive: Bool) throws {
        let request = StripeRequest<Balance>.balance
        #expect(request.method == .get)
        #expect(request.target == "/v1/balance")
        let answer = Response(status: 200, body: Array(#"{"object":"balance","livemode":\#(isLive)}"#.utf8))
        #expect(try request.answer(answer).livemode == isLive)
    }

    @Test("signing secrets are one or several, each of Stripe's form")
    func signingSecrets() {
        #expect(SigningSecrets.parse("whsec_0123456789")?.map { $0.revealed() } == ["whsec_0123456789"])
        #expect(SigningSecrets.parse("whsec_0123456789, whsec_9876543210")?.count == 2)
        for text in ["", ",", "whsec_", "whsec_012345678", "sk_test_0123456789", "whsec_0123456789,x"] {
            #expect(SigningSecrets.parse(text) == nil, "\(text)")
        }
    }
}
