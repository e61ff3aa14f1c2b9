import Templates

/// A purchased product with its keys and download.
///
/// Its description omits keys and links.
package struct LicensedProduct: Equatable, Sendable {
    /// The product's name.
    package let name: String
    /// The key of each license.
    package let keys: [String]
    /// The download; `nil` if there are no files.
    package let download: DownloadOffer?

    /// Creates a product.
    package init(name: String, keys: [String], download: DownloadOffer?) {
        self.name = name
        self.keys = keys
        self.download = download
    }

    static let fields = TemplateFields<LicensedProduct>([
        .text("productName") { $0.name },
        .list("licenses", TemplateFields([.text("key", needed: true) { $0 }])) { $0.keys },
        .list("download", DownloadOffer.fields) { $0.download.map { [$0] } ?? [] },
    ])
}

extension LicensedProduct: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<\(keys.count) × \(name)>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
