import EmailMessage
import Kernel
import Outbox
import Templates
import Testing

@testable import OrderMails

extension OrderMailKind {
    /// Mails of this kind about a product called `name`, one for each thing that the kind can say.
    func samples(_ name: String = "GenX Delay") throws -> [MailMessage] {
        let product = Sample.product(name, keys: ["GENX-7K2M-9QWD-H4TX"])
        let whole = Sample.content(productName: name, products: [product])
        let bare = LicensedProduct(name: name, keys: ["GENX-7K2M-9QWD-H4TX"], download: nil)
        let contents: [PurchaseContent] =
            switch kind.rawValue {
            case "receipt": [whole, Sample.content(productName: name, amount: nil, products: [bare])]
            case "refund_confirmed":
                [(4900, true), (2000, false)].map { Sample.content(productName: name, refunded: $0, isRefundFull: $1) }
            case "payment_failed": [whole, Sample.content(productName: name, amount: nil)]
            default: [whole]
            }
        return try contents.map { try Shipped.sample(self, $0) }
    }
}

extension OrderMailKind: CustomTestStringConvertible {
    public var testDescription: String { kind.rawValue }
}
