import Kernel
import Settings
import StripeClient
import Testing

@Suite("Stripe settings")
struct StripeSettingsTests {
    @Test("a live key and a plain base do not go together")
    func plain() throws {
        for (key, base, isFine) in [
            ("sk_live_0123456789", "http://stripe.test", false), ("sk_test_0123456789", "http://stripe.test", true),
            ("sk_live_0123456789", "http://127.0.0.1:8090", true),
            ("pk_test_0123456789", "https://api.stripe.com", false),
        ] {
            var read = SettingsReader(["STRIPE_API_KEY": key, "STRIPE_API_BASE": base])
            _ = StripeSettings(&read)
            let fault: SettingsFault? = { () -> SettingsFault? in
                do throws(SettingsFault) { try read.finish(); return nil } catch { return error }
            }()
            #expect((fault == nil) == isFine, "\(key.prefix(8)) \(base)")
            #expect(fault?.lines.joined().contains("0123456789") != true)
        }
    }

    @Test("Stripe itself is the base when none is given")
    func base() {
        var read = SettingsReader(["STRIPE_API_KEY": "rk_live_0123456789"])
        #expect(StripeSettings(&read).base == "https://api.stripe.com")
    }
}

@Suite("Payment pages")
struct PaymentPagesTests {
    @Test(
        "are Stripe's alone, or those that the setting names",
        arguments: [
            ([:], "https://checkout.stripe.com/c/pay/cs_live_1", true), ([:], "https://checkout.stripe.com", false),
            ([:], "https://checkout.stripe.com.evil.example/c", false), ([:], "http://checkout.stripe.com/c", false),
            ([:], "https://checkout.stripe.com@evil.example/c", false), ([:], "javascript:alert(1)", false),
            ([:], "//checkout.stripe.com/c", false), ([:], "", false),
            (["STRIPE_CHECKOUT_BASE": "https://pay.shop.example"], "https://pay.shop.example/c/pay/cs_live_1", true),
            (["STRIPE_CHECKOUT_BASE": "https://pay.shop.example"], "https://checkout.stripe.com/c", false),
            (["STRIPE_API_BASE": "https://proxy.example"], "https://evil.example/c", false),
        ])
    func live(settings: [String: String], url: String, isOne: Bool) throws {
        var read = SettingsReader(settings.merging(["STRIPE_API_KEY": "sk_live_0123456789"]) { own, _ in own })
        let stripe = StripeSettings(&read)
        let pages = try #require(PaymentPages(&read, of: stripe))
        #expect(pages.contain(url) == isOne)
    }

    @Test("of a stand-in may be anywhere, only with a test key, and never a script")
    func standIn() throws {
        var read = SettingsReader(["STRIPE_API_KEY": "sk_test_0123456789", "STRIPE_API_BASE": "http://127.0.0.1:8090"])
        let stripe = StripeSettings(&read)
        let pages = try #require(PaymentPages(&read, of: stripe))
        #expect(pages.contain("http://localhost:8090/pay/cs_test_1"))
        #expect(!pages.contain("javascript:alert(1)"))
    }
}
