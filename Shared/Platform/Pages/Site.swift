/// Whose pages these are, as far as the function knows: names come from the database, never from code.
package struct Site: Equatable, Sendable {
    /// The shop's name; empty before the database was asked.
    package let shopName: String
    /// The product's name, which labels the way back to its page; empty when there is none.
    package let productName: String

    package init(shopName: String, productName: String) {
        self.shopName = shopName
        self.productName = productName
    }

    /// A site that nothing is known of, for a refusal that came before the database was asked.
    package static let unnamed = Site(shopName: "", productName: "")

    var wordmark: String { shopName.isEmpty ? "Shop" : shopName }
    var homeLabel: String { productName.isEmpty ? "Home" : productName }
    var imprint: Markup { shopName.isEmpty ? "" : "<p>Made and sold by \(shopName)</p>" }
}
