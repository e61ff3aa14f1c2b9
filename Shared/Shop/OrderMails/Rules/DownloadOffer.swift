package import Kernel
import Templates

/// A link to a download page, and what is there.
///
/// Printing one shows no link.
package struct DownloadOffer: Equatable, Sendable {
    /// A file behind the link.
    package struct File: Equatable, Sendable {
        /// The file's name as it will be saved.
        package let name: String
        /// What it runs on, in words for people: `macOS 11 or later`.
        package let platform: String
        /// Its size in bytes.
        package let size: Int64

        /// A file.
        package init(name: String, platform: String, size: Int64) {
            self.name = name
            self.platform = platform
            self.size = size
        }
    }

    /// The page with the files.
    package let link: WebLink
    /// When the link stops working.
    package let expires: Instant
    /// The files, in the order to show them.
    package let files: [File]

    /// An offer.
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
