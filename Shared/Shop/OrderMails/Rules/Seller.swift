package import Kernel
import Templates

/// Who the buyer deals with.
package struct Seller: Equatable, Sendable {
    /// The name on the storefront.
    package let name: String
    /// Where people get help.
    package let support: EmailAddress

    /// The page where buyers ask for fresh links themselves, if there is one.
    package let freshLinks: WebLink?

    /// A seller.
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
