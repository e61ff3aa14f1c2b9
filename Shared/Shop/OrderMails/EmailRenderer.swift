package import Catalog
import Downloads
package import EmailMessage
import Kernel
package import Licensing
import Orders
import Outbox
import Settings

/// Why a mail cannot be rendered: a fault in the settings or the data, not at the mail server.
package enum RenderingFault: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownKind(String)
    case unknownProduct
    /// A license key cannot be derived.
    case key(KeyFault)
    /// The link or the message is invalid.
    case badMessage

    package var description: String {
        switch self {
        case .unknownKind(let kind): "no mail of kind \(kind)"
        case .unknownProduct: "the mail is about a product that is not in the catalog"
        case .key(let fault): fault.description
        case .badMessage: "the message is not fit to be sent"
        }
    }
}

/// Renders order mails; derives keys and makes links just before the mail is sent, without storing them.
package struct EmailRenderer: Sendable {
    private let sender: Mailbox
    private let templates: MailTemplates
    private let publicURL: PublicURL
    private let keys: KeyRing
    private let downloadTokens: DownloadTokens

    /// Creates a renderer with the seller's templates and secrets.
    package init(_ settings: MailSettings, keys: KeyRing) {
        sender = settings.sender
        templates = settings.templates
        publicURL = settings.publicURL
        self.keys = keys
        downloadTokens = settings.downloadTokens
    }

    /// Renders `email`; every rendering is equal, except for the links.
    package func message(_ email: OrderEmail, _ catalog: Catalog) throws(RenderingFault) -> MailMessage {
        guard let template = templates[email.job.kind] else { throw .unknownKind(email.job.kind.rawValue) }
        return template.message(
            try content(email, catalog), id: email.job.id, from: sender, to: Mailbox(address: email.recipient),
            date: email.job.createdAt)
    }

    private func content(_ email: OrderEmail, _ catalog: Catalog) throws(RenderingFault) -> PurchaseContent {
        let seller = Seller(
            name: catalog.shop.name, support: catalog.shop.supportEmail,
            freshLinks: WebLink(publicURL.link("/lost-email")))
        var parts: [PurchaseContent.Part] = []
        for (purchase, grants) in email.purchases {
            var products: [LicensedProduct] = []
            for line in purchase.lines where line.product != nil && line.activeLicenses > 0 {
                products.append(try licensed(line, grants[line.position], catalog))
            }
            parts.append(.init(order: try summary(purchase, catalog), products: products))
        }
        guard let first = parts.first, let purchase = email.purchases.first?.0 else { throw .unknownProduct }
        guard let shop = WebLink(publicURL.link("/")) else { throw .badMessage }
        return PurchaseContent(
            seller: seller, productName: first.order.productNames, first: first, others: Array(parts.dropFirst()),
            refunded: purchase.refunded, isRefundFull: purchase.status.access == .revoked, shopPage: shop)
    }

    private func summary(_ purchase: Purchase, _ catalog: Catalog) throws(RenderingFault) -> OrderSummary {
        var lines: [OrderSummary.Line] = []
        for line in purchase.lines {
            lines.append(
                OrderSummary.Line(name: try name(of: line, catalog), quantity: line.quantity, amounts: line.amounts))
        }
        return OrderSummary(
            number: purchase.number, date: purchase.orderedAt, amount: purchase.total, lines: lines)
    }

    private func name(of line: Purchase.Line, _ catalog: Catalog) throws(RenderingFault) -> String {
        guard let product = line.product else { return line.description ?? "" }
        guard let name = catalog.product(product)?.name else { throw .unknownProduct }
        return name
    }

    private func licensed(
        _ line: Purchase.Line, _ grant: Grant?, _ catalog: Catalog
    ) throws(RenderingFault) -> LicensedProduct {
        guard let product = line.product.flatMap({ catalog.product($0) }) else { throw .unknownProduct }
        var texts: [String] = []
        for origin in line.keys {
            do throws(KeyFault) {
                texts.append(try keys.key(of: origin).revealed())
            } catch { throw .key(error) }
        }
        return LicensedProduct(name: product.name, keys: texts, download: try offer(product, grant))
    }

    private func offer(_ product: Product, _ grant: Grant?) throws(RenderingFault) -> DownloadOffer? {
        guard let grant, !product.artifacts.isEmpty else { return nil }
        let token = downloadTokens.mint(grant: grant.id, expiresAt: grant.expiresAt).revealed()
        guard let link = WebLink(publicURL.link("/download/\(token)")) else { throw .badMessage }
        let files = product.artifacts.map { artifact in
            DownloadOffer.File(name: artifact.fileName, platform: artifact.platformLabel, size: artifact.size)
        }
        return DownloadOffer(link: link, expires: grant.expiresAt, files: files)
    }
}
