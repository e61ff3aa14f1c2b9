package import Kernel

/// What a shop sells, as its functions need it.
package struct Catalog: Sendable {
    /// Who sells.
    package let shop: Shop
    /// Everything that is or was for sale, by name.
    package let products: [Product]

    /// Takes the parts as they are.
    package init(shop: Shop, products: [Product]) {
        self.shop = shop
        self.products = products
    }

    /// The product with this ID.
    package func product(_ id: ProductID) -> Product? { products.first { $0.id == id } }

    /// The product with this name in addresses and metadata.
    package func product(slug: String) -> Product? { products.first { $0.slug == slug } }

    /// The product that a price of Stripe's belongs to.
    package func product(stripePrice: String) -> Product? { products.first { $0.stripePriceIDs.contains(stripePrice) } }
}

/// Who sells.
package struct Shop: Equatable, Sendable {
    /// The row's ID.
    package let id: ShopID
    /// The name that buyers read.
    package let name: String
    /// Where people get help.
    package let supportEmail: EmailAddress
    /// The From line of mails, `Name <address>`.
    package let sender: String

    /// Takes the parts as they are.
    package init(id: ShopID, name: String, supportEmail: EmailAddress, sender: String) {
        self.id = id
        self.name = name
        self.supportEmail = supportEmail
        self.sender = sender
    }
}

/// Something for sale, with the newest release's files.
package struct Product: Equatable, Sendable {
    /// The row's ID.
    package let id: ProductID
    /// The name in addresses, forms and metadata.
    package let slug: String
    /// The name that buyers read.
    package let name: String
    /// What its license keys begin with.
    package let keyPrefix: String
    /// How often one download link may be used.
    package let downloadLimit: Int
    /// How long one download link lives.
    package let downloadDays: Int
    /// Every price it has or had.
    package let stripePriceIDs: [String]
    /// The newest release's files; empty before the first release.
    package var artifacts: [Artifact]

    /// Takes the parts as they are.
    package init(
        id: ProductID, slug: String, name: String, keyPrefix: String, downloadLimit: Int, downloadDays: Int,
        stripePriceIDs: [String], artifacts: [Artifact]
    ) {
        self.id = id
        self.slug = slug
        self.name = name
        self.keyPrefix = keyPrefix
        self.downloadLimit = downloadLimit
        self.downloadDays = downloadDays
        self.stripePriceIDs = stripePriceIDs
        self.artifacts = artifacts
    }
}

/// One file of a release.
package struct Artifact: Equatable, Sendable {
    /// The release it belongs to.
    package let version: String
    /// The system it runs on, as the release's folder names it: `windows`, `macos`, `linux`.
    package let platform: String
    /// The name it is saved under.
    package let fileName: String
    /// Where it lies in the bucket.
    package let objectName: String
    /// In bytes.
    package let size: Int64
    /// Its checksum: 32 bytes.
    package let sha256: [UInt8]

    /// Takes the parts as they are.
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
