import EmailMessage
import Kernel
import OrderMails
import Orders

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

    static func content(
        productName: String = "GenX Delay", amount: Money? = price,
        products: [LicensedProduct] = [product("GenX Delay", keys: ["GENX-7K2M-9QWD-H4TX"])],
        others: [PurchaseContent.Part] = [], refunded: Int64 = 0, isRefundFull: Bool = false
    ) -> PurchaseContent {
        PurchaseContent(
            seller: seller, productName: productName, first: .init(order: order(amount), products: products),
            others: others, refunded: BuyerAmount(Money(minorUnits: refunded, currency: price.currency)),
            isRefundFull: isRefundFull,
            shopPage: link("https://genx.example/#genx-delay"))
    }

    static let price = Money(minorUnits: 4900, currency: usable(Currency("usd")))

    static func order(_ amount: Money? = price) -> OrderSummary {
        OrderSummary(
            number: OrderNumber(10_123), date: moment, amount: amount.map { BuyerAmount($0) },
            lines: [line("GenX Delay", price.minorUnits)])
    }

    static func line(_ name: String, _ unit: Int64, quantity: Int = 1, discount: Int64 = 0) -> OrderSummary.Line {
        OrderSummary.Line(
            name: name, quantity: quantity,
            amounts: LineAmounts(
                unit: unit, discount: discount, tax: 0, total: unit * Int64(quantity) - discount, refunded: 0,
                currency: price.currency))
    }

    static let resend = content(
        products: [product("GenX Delay", keys: ["GENX-7K2M-9QWD-H4TX", "GENX-0000-AAAA-BBBB"])],
        others: [
            PurchaseContent.Part(
                order: OrderSummary(number: OrderNumber(10_007), date: moment, amount: nil, lines: []),
                products: [LicensedProduct(name: "GenX Presets", keys: ["GENP-1111-2222-3333"], download: nil)])
        ])
}
