import EventLoop
import HTTP
import Kernel
import Postgres
import Support
import Testing

@Suite("A buyer who was charged in another currency", .freshDatabase)
struct PresentmentTests {
    private static let yen = #"{"presentment_amount":7421,"presentment_currency":"jpy"}"#

    /// The text of the mail to `buyer` whose subject has a word.
    private static func mail(to buyer: String, _ word: String) throws -> String {
        try #require(try Mailbox().arrivedMails(to: buyer, subject: word).last)
    }

    /// Stripe's word on the charge, of which so much went back.
    private static func charge(refunded amount: Int, _ presentment: String = yen) -> String {
        """
        {"id":"evt_2","object":"event","api_version":"2026-07-29.dahlia","created":1795201300,"livemode":false,
         "type":"charge.refunded","data":{"object":{"id":"ch_1","object":"charge","amount":4900,"amount_refunded":\(amount),
         "refunded":\(amount == 4900),"currency":"usd","payment_intent":"pi_1","metadata":{},
         "presentment_details":\(presentment)}}}
        """
    }

    private static func refund(_ number: Int, _ amount: Int, _ presentment: String) -> String {
        """
        {"id":"evt_r\(number)","object":"event","api_version":"2026-07-29.dahlia","created":1795201300,
         "livemode":false,"type":"refund.created","data":{"object":{"id":"re_\(number)","object":"refund",
         "amount":\(amount),"currency":"usd","charge":"ch_1","payment_intent":"pi_1","status":"succeeded",
         "created":179520130\(number),"metadata":{},"presentment_details":\(presentment)}}}
        """
    }

    @Test("reads in the receipt and in the mail of the refund in full what that was, and the books stay in the shop's")
    func inFull() async throws {
        try await withShop { shop in
            let buyer = "yen-in-full@example.com"
            _ = try await shop.deliver(SessionEvent(email: buyer, presentment: Self.yen).json)
            #expect(try Self.mail(to: buyer, "license").contains("Paid:     49.00 USD (7421 JPY)"))
            _ = try await shop.deliver(Self.charge(refunded: 4900))
            let mail = try Self.mail(to: buyer, "refund")
            #expect(mail.contains("was refunded in full: 49.00 USD (7421 JPY)."))
            #expect(mail.contains("Refunded: 49.00 USD (7421 JPY)"))
            let books = try await shop.text(
                "SELECT concat_ws(' ', status, currency, amount_total, amount_refunded) FROM orders")
            #expect(books == "refunded usd 4900 4900")
        }
    }

    @Test("reads of refunds in part what each was, and only the shop's amount where Stripe did not tell it")
    func inPart() async throws {
        try await withShop { shop in
            let buyer = "yen-in-part@example.com"
            _ = try await shop.deliver(SessionEvent(email: buyer, presentment: Self.yen).json)
            _ = try await shop.deliver(
                Self.refund(1, 1000, #"{"presentment_amount":1514,"presentment_currency":"jpy"}"#))
            #expect(try Self.mail(to: buyer, "refund").contains("Refunded: 10.00 USD (1514 JPY) so far"))
            let other = "yen-told-once@example.com"
            _ = try await shop.deliver(
                SessionEvent(
                    id: "evt_s", session: "cs_test_b1b2c3d4e5", paymentIntent: #""pi_2""#, email: other,
                    presentment: Self.yen
                ).json)
            let untold = Self.refund(2, 1000, "null").replacing("pi_1", with: "pi_2").replacing("ch_1", with: "ch_2")
            _ = try await shop.deliver(untold)
            #expect(try Self.mail(to: other, "refund").contains("Refunded: 10.00 USD so far"))
        }
    }

    @Test(
        "is not told what cannot be read or is the shop's own currency, and the sale is made",
        arguments: [
            #"{"presentment_amount":4900,"presentment_currency":"usd"}"#,
            #"{"presentment_amount":-1,"presentment_currency":"jpy"}"#,
            #"{"presentment_amount":"7421","presentment_currency":"jpy"}"#,
            #"{"presentment_amount":7421,"presentment_currency":"yen!"}"#, #"{"presentment_amount":7421}"#, "[]", "7",
        ])
    func unreadable(presentment: String) async throws {
        try await withShop { shop in
            #expect(try await shop.deliver(SessionEvent(presentment: presentment).json).status == 200)
            let order = try await shop.text("SELECT concat_ws(' ', status, presentment_amount) FROM orders")
            #expect(order == "paid")
        }
    }
}
