import EmailMessage
import Kernel
import Mail
import OrderMails

/// Mails and contents that tests start from.
enum Sample {
    static let emailID = EmailID(UUIDv7(at: moment, entropy: (1, 2)))
    static let moment = Instant(unixSeconds: 1_795_200_000)
    static let seller = Seller(
        name: "GenX Audio", support: address("help@genx.example"),
        freshLinks: link("https://genx.example/lost-email.html"))

    static func address(_ text: String) -> EmailAddress { usable(EmailAddress(text)) }
    static func link(_ text: String) -> WebLink { usable(WebLink(text)) }

    private static func usable<Value>(_ value: Value?) -> Value {
        guard let value else { preconditionFailure("a sample is not what it should be") }
        return value
    }

    static func product(_ name: String, keys: [String]) -> LicensedProduct {
        LicensedProduct(
            name: name, keys: keys,
            download: DownloadOffer(
                link: link("https://genx.example/download/k1.AZ0k3m9Qd2uVb7x1y8s4RQ.1796404800.3Jt0b0Zl8qk2vWn5cXy7pA"),
                expires: Instant(unixSeconds: 1_795_804_740),
                files: [
                    DownloadOffer.File(
                        name: "GenX-Delay-1.2.0-macOS.pkg", platform: "macOS 11 or later, Apple silicon and Intel",
                        size: 24_612_345),
                    DownloadOffer.File(
                        name: "GenX-Delay-1.2.0-Windows.exe", platform: "Windows 10 or later", size: 18_204_112),
                ]))
    }

    static func receipt(
        productName: String = "GenX Delay", amount: Money? = Money(minorUnits: 4900, currency: usable(Currency("usd"))),
        products: [LicensedProduct] = [product("GenX Delay", keys: ["GENX-7K2M-9QWD-H4TX"])]
    ) -> ReceiptContent {
        ReceiptContent(
            seller: seller, productName: productName,
            order: OrderSummary(reference: "LK-2026-000123", date: moment, amount: amount), products: products)
    }

    static func order(_ amount: Money? = receipt().order.amount) -> OrderSummary {
        OrderSummary(reference: "LK-2026-000123", date: moment, amount: amount)
    }

    static func refund(productName: String = "GenX Delay", cents: Int64, isFull: Bool) -> RefundConfirmedContent {
        RefundConfirmedContent(
            seller: seller, productName: productName, order: order(),
            refunded: Money(minorUnits: cents, currency: usable(Currency("usd"))), isFull: isFull)
    }

    static func suspended(productName: String = "GenX Delay") -> AccessSuspendedContent {
        AccessSuspendedContent(seller: seller, productName: productName, order: order())
    }

    static func restored(productName: String = "GenX Delay") -> AccessRestoredContent {
        AccessRestoredContent(
            seller: seller, productName: productName, order: order(),
            products: [product(productName, keys: ["GENX-7K2M-9QWD-H4TX"])])
    }

    static func reissued(productName: String = "GenX Delay") -> KeyReissuedContent {
        KeyReissuedContent(
            seller: seller, productName: productName, order: order(),
            products: [product(productName, keys: ["GENX-7K2M-9QWD-H4TX"])])
    }

    static func failed(productName: String = "GenX Delay", amount: Money? = order().amount) -> PaymentFailedContent {
        PaymentFailedContent(
            seller: seller, productName: productName, order: order(amount),
            tryAgain: link("https://genx.example/#genx-delay"))
    }

    static func addressChanged(productName: String = "GenX Delay") -> AddressChangedContent {
        AddressChangedContent(seller: seller, productName: productName, order: order())
    }

    static let resend = ResendContent(
        seller: seller,
        purchases: [
            ResendContent.Purchase(
                order: OrderSummary(reference: "LK-2026-000123", date: moment, amount: receipt().order.amount),
                products: [product("GenX Delay", keys: ["GENX-7K2M-9QWD-H4TX", "GENX-0000-AAAA-BBBB"])]),
            ResendContent.Purchase(
                order: OrderSummary(reference: "LK-2025-000007", date: moment, amount: nil),
                products: [LicensedProduct(name: "GenX Presets", keys: ["GENP-1111-2222-3333"], download: nil)]),
        ])
}

extension MailTemplate {
    /// `content` as a mail from the sample seller to the sample buyer.
    func sample(_ content: Content) -> MailMessage {
        message(
            content, id: Sample.emailID,
            from: Mailbox(name: "GenX Audio", address: Sample.address("shop@genx.example")),
            to: Mailbox(name: "Ada Lovelace", address: Sample.address("ada@example.com")), date: Sample.moment)
    }
}
