package import Kernel

/// A shop and its products, as functions need them.
package struct Catalog: Sendable {
    /// The shop.
    package let shop: Shop
    /// All products that are or were for sale, sorted by slug.
    package let products: [Product]

    /// Creates a catalog.
    package init(shop: Shop, products: [Product]) {
        self.shop = shop
        self.products = products
    }

    /// Returns the product with this ID.
    package func product(_ id: ProductID) -> Product? { products.first { $0.id == id } }

    /// Returns the product with this slug.
    package func product(slug: String) -> Product? { products.first { $0.slug == slug } }

    /// Returns the product that has this Stripe price.
    package func product(stripePrice: String) -> Product? { products.first { $0.stripePriceIDs.contains(stripePrice) } }
}

/// A shop.
package struct Shop: Equatable, Sendable {
    /// The row's ID.
    package let id: ShopID
    /// The name shown to buyers.
    package let name: String
    /// The support e-mail address.
    package let supportEmail: EmailAddress
    /// The From line of mails, `Name <address>`.
    package let sender: String

    /// Creates a shop.
    package init(id: ShopID, name: String, supportEmail: EmailAddress, sender: String) {
        self.id = id
        self.name = name
        self.supportEmail = supportEmail
        self.sender = sender
    }
}

/// A product, with the newest release's files.
package struct Product: Equatable, Sendable {
    /// The row's ID.
    package let id: ProductID
    /// The slug in URLs, forms and metadata.
    package let slug: String
    /// The name shown to buyers.
    package let name: String
    /// The prefix of its license keys; `nil` for a product without keys.
    package let keyPrefix: String?
    /// The maximum number of downloads per link.
    package let downloadLimit: Int
    /// The lifetime of a download link in days.
    package let downloadDays: Int
    /// The Stripe IDs of all its prices, past and present.
    package let stripePriceIDs: [String]
    /// What a unit costs at present; `nil` if it is not for sale.
    package let price: Money?
    /// The newest release's files; empty before the first release.
    package var artifacts: [Artifact]

    /// Creates a product.
    package init(
        id: ProductID, slug: String, name: String, keyPrefix: String?, downloadLimit: Int, downloadDays: Int,
        stripePriceIDs: [String], price: Money? = nil, artifacts: [Artifact]
    ) {
        self.id = id
        self.slug = slug
        self.name = name
        self.keyPrefix = keyPrefix
        self.downloadLimit = downloadLimit
        self.downloadDays = downloadDays
        self.stripePriceIDs = stripePriceIDs
        self.price = price
        self.artifacts = artifacts
    }
}

/// One file of a release.
package struct Artifact: Equatable, Sendable {
    /// The version of its release.
    package let version: String
    /// The platform, as named by the release's folder: `windows`, `macos`, `linux`.
    package let platform: String
    /// The file name for the download.
    package let fileName: String
    /// The object name in the bucket.
    package let objectName: String
    /// The size in bytes.
    package let size: Int64
    /// The SHA-256 digest, 32 bytes.
    package let sha256: [UInt8]

    /// Creates an artifact.
    package init(
        version: String, platform: String, fileName: String, objectName: String, size: Int64, sha256: [UInt8]
    ) {
        self.version = version
        self.platform = platform
        self.fileName = fileName
        self.objectName = objectName
        self.size = size
        self.sha256 = sha256
    }
}
