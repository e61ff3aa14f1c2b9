import EmailMessage
import Kernel
import OrderMails
import Templates

@testable import Mail

extension MailKind {
    /// Mails of this kind about a product called `name`, one for each thing that the kind can say.
    func samples(_ name: String = "GenX Delay") throws -> [MailMessage] {
        let templates = try Shipped.templates()
        let product = Sample.product(name, keys: ["GENX-7K2M-9QWD-H4TX"])
        switch self {
        case .receipt:
            let bare = LicensedProduct(name: name, keys: ["GENX-7K2M-9QWD-H4TX"], download: nil)
            return [
                templates.receipt.sample(Sample.receipt(productName: name, products: [product])),
                templates.receipt.sample(Sample.receipt(productName: name, amount: nil, products: [bare])),
            ]
        case .resend:
            let purchase = ResendContent.Purchase(order: Sample.order(), products: [product])
            return [templates.resend.sample(ResendContent(seller: Sample.seller, purchases: [purchase]))]
        case .refundConfirmed:
            return [(4900, true), (2000, false)].map { cents, isFull in
                templates.refundConfirmed.sample(Sample.refund(productName: name, cents: cents, isFull: isFull))
            }
        case .accessSuspended:
            return [templates.accessSuspended.sample(Sample.suspended(productName: name))]
        case .accessRestored:
            return [templates.accessRestored.sample(Sample.restored(productName: name))]
        case .paymentFailed:
            return [
                templates.paymentFailed.sample(Sample.failed(productName: name)),
                templates.paymentFailed.sample(Sample.failed(productName: name, amount: nil)),
            ]
        case .keyReissued:
            return [templates.keyReissued.sample(Sample.reissued(productName: name))]
        case .addressChanged:
            return [templates.addressChanged.sample(Sample.addressChanged(productName: name))]
        }
    }

    /// Whether its mails hand over what was bought.
    var hasKeys: Bool {
        switch self {
        case .receipt, .resend, .accessRestored, .keyReissued: true
        case .refundConfirmed, .accessSuspended, .paymentFailed, .addressChanged: false
        }
    }

    /// The names its templates can use.
    var shapes: [String: TemplateShape] {
        switch self {
        case .receipt: ReceiptContent.fields.shapes
        case .resend: ResendContent.fields.shapes
        case .refundConfirmed: RefundConfirmedContent.fields.shapes
        case .accessSuspended: AccessSuspendedContent.fields.shapes
        case .accessRestored: AccessRestoredContent.fields.shapes
        case .paymentFailed: PaymentFailedContent.fields.shapes
        case .keyReissued: KeyReissuedContent.fields.shapes
        case .addressChanged: AddressChangedContent.fields.shapes
        }
    }
}
