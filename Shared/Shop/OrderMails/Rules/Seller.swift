package import Kernel
import Templates

/// The seller, as shown to the buyer.
package struct Seller: Equatable, Sendable {
    /// The name on the storefront.
    package let name: String
    /// The support e-mail address.
    package let support: EmailAddress

    /// The page where buyers can request new links, if there is one.
    package let freshLinks: WebLink?

    /// Creates a seller.
    package init(name: String, support: EmailAddress, freshLinks: WebLink? = nil) {
        self.name = name
        self.support = support
        self.freshLinks = freshLinks
    }

    static let fields = TemplateFields<Seller>([
        .text("sellerName") { $0.name },
        .text("supportAddress") { $0.support.text },
        .optional("freshLinksPage") { $0.freshLinks?.text },
    ])
}
