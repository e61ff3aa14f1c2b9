package import Commerce
package import EmailMessage
import Kernel
import Mail
import Settings
package import Tokens

/// Why a mail cannot be written; a fault of the settings or the data, not of the mail server.
package enum WritingFault: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownKind(String)
    case unknownProduct
    /// A license was issued under a secret that is no longer among the settings.
    case unknownKeyVersion(Int)
    /// The product's key prefix is none.
    case badPrefix
    /// The link or the message is not fit to be sent.
    case badMessage

    package var description: String {
        switch self {
        case .unknownKind(let kind): "no mail of kind \(kind)"
        case .unknownProduct: "the mail is about a product that is not in the catalog"
        case .unknownKeyVersion(let version): "LICENSE_SECRETS lacks version \(version)"
        case .badPrefix: "the product's key prefix is none"
        case .badMessage: "the message is not fit to be sent"
        }
    }
}

/// Writes mails: the keys and links are made here, at the last moment, and kept nowhere.
package struct LetterWriter: Sendable {
    private let sender: Mailbox
    private let templates: MailTemplates
    private let publicURL: PublicURL
    private let keys: KeyRing

    /// A writer with the seller's templates and secrets.
    package init(_ settings: MailSettings, keys: KeyRing) {
        sender = settings.sender
        templates = settings.templates
        publicURL = settings.publicURL
        self.keys = keys
    }

    /// The message of `letter`, the same however often it is written but for its links.
    package func message(_ letter: Letter, _ catalog: Catalog) throws(WritingFault) -> MailMessage {
        let seller = Seller(
            name: catalog.shop.name, support: catalog.shop.supportEmail,
            freshLinks: WebLink(publicURL.link("/lost-email")))
        var parts: [(order: OrderSummary, product: LicensedProduct)] = []
        for (purchase, grant) in letter.purchases {
            parts.append((summary(purchase), try licensed(purchase, grant, catalog)))
        }
        guard let kind = MailKind(rawValue: letter.kind) else { throw .unknownKind(letter.kind) }
        guard let part = parts.first, let purchase = letter.purchases.first?.0 else { throw .unknownProduct }
        switch kind {
        case .receipt:
            let content = ReceiptContent(
                seller: seller, productName: part.product.name, order: part.order, products: [part.product])
            return message(templates.receipt, content, letter)
        case .resend:
            let content = ResendContent(
                seller: seller, purchases: parts.map { .init(order: $0.order, products: [$0.product]) })
            return message(templates.resend, content, letter)
        case .refundConfirmed:
            let content = RefundConfirmedContent(
                seller: seller, productName: part.product.name, order: part.order, refunded: purchase.refunded,
                isFull: purchase.status.access == .revoked)
            return message(templates.refundConfirmed, content, letter)
        case .accessSuspended:
            let content = AccessSuspendedContent(
                seller: seller, productName: part.product.name, order: part.order)
            return message(templates.accessSuspended, content, letter)
        case .accessRestored:
            let content = AccessRestoredContent(
                seller: seller, productName: part.product.name, order: part.order, products: [part.product])
            return message(templates.accessRestored, content, letter)
        case .keyReissued:
            let content = KeyReissuedContent(
                seller: seller, productName: part.product.name, order: part.order, products: [part.product])
            return message(templates.keyReissued, content, letter)
        case .paymentFailed:
            guard let shop = WebLink(publicURL.link("/")) else { throw .badMessage }
            let content = PaymentFailedContent(
                seller: seller, productName: part.product.name, order: part.order, tryAgain: shop)
            return message(templates.paymentFailed, content, letter)
        case .addressChanged:
            let content = AddressChangedContent(seller: seller, productName: part.product.name, order: part.order)
            return message(templates.addressChanged, content, letter)
        }
    }

    private func message<Content: MailContent>(
        _ template: MailTemplate<Content>, _ content: Content, _ letter: Letter
    ) -> MailMessage {
        template.message(
            content, id: letter.id, from: sender, to: Mailbox(address: letter.recipient), date: letter.writtenAt)
    }

    private func summary(_ purchase: Purchase) -> OrderSummary {
        OrderSummary(reference: purchase.order.description, date: purchase.orderedAt, amount: purchase.total)
    }

    private func licensed(
        _ purchase: Purchase, _ grant: Grant?, _ catalog: Catalog
    ) throws(WritingFault) -> LicensedProduct {
        guard let product = catalog.product(purchase.product) else { throw .unknownProduct }
        guard let prefix = LicensePrefix(product.keyPrefix) else { throw .badPrefix }
        var texts: [String] = []
        for license in purchase.licenses {
            do throws(LicenseKey.Fault) {
                let key = try LicenseKey(
                    prefix: prefix, license: license.id, version: license.keyVersion, reissues: license.reissues,
                    secrets: keys.licenseSecrets)
                texts.append(key.revealed())
            } catch { throw .unknownKeyVersion(license.keyVersion) }
        }
        return LicensedProduct(name: product.name, keys: texts, download: try offer(product, grant))
    }

    private func offer(_ product: Product, _ grant: Grant?) throws(WritingFault) -> DownloadOffer? {
        guard let grant, !product.artifacts.isEmpty else { return nil }
        let token = keys.downloadTokens.mint(grant: grant.id, expiresAt: grant.expiresAt).revealed()
        guard let link = WebLink(publicURL.link("/download/\(token)")) else { throw .badMessage }
        let files = product.artifacts.map { artifact in
            DownloadOffer.File(name: artifact.fileName, platform: artifact.platformLabel, size: artifact.size)
        }
        return DownloadOffer(link: link, expires: grant.expiresAt, files: files)
    }
}
