import Templates

/// A product that somebody bought: its keys and where to get it.
///
/// Printing one shows no key and no link.
package struct LicensedProduct: Equatable, Sendable {
    /// The product's name.
    package let name: String
    /// One key for each license.
    package let keys: [String]
    /// Where to get the files; `nil` when there is nothing to download.
    package let download: DownloadOffer?

    /// A product with its keys.
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
