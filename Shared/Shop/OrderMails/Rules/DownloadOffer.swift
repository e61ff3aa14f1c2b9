package import Kernel
import Templates

/// A link to a download page, and the files it offers.
///
/// Its description omits the link.
package struct DownloadOffer: Equatable, Sendable {
    /// A downloadable file.
    package struct File: Equatable, Sendable {
        /// The file name.
        package let name: String
        /// The platform as shown to people: `macOS 11 or later`.
        package let platform: String
        /// The size in bytes.
        package let size: Int64

        /// Creates a file.
        package init(name: String, platform: String, size: Int64) {
            self.name = name
            self.platform = platform
            self.size = size
        }
    }

    /// The link to the download page.
    package let link: WebLink
    /// When the link expires.
    package let expires: Instant
    /// The files, in display order.
    package let files: [File]

    /// Creates an offer.
    package init(link: WebLink, expires: Instant, files: [File]) {
        self.link = link
        self.expires = expires
        self.files = files
    }

    static let fields = TemplateFields<DownloadOffer>([
        .text("link", needed: true) { $0.link.text },
        .text("linkExpires") { HumanFormat.minute($0.expires) },
        .list("files", File.fields) { $0.files },
    ])
}

extension DownloadOffer.File {
    static let fields = TemplateFields<DownloadOffer.File>([
        .text("fileName") { $0.name },
        .text("platform") { $0.platform },
        .text("size") { HumanFormat.size($0.size) },
    ])
}

extension DownloadOffer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<download of \(files.count) files>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
