import FoundationEssentials
import Mail
import Support

/// The template files of this repository.
enum Shipped {
    static let directory = repositoryRoot + "/infra/mail/"

    static func templates() throws -> MailTemplates { try MailTemplates(files: files()) }

    static func files() throws -> [String: String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        return try Dictionary(uniqueKeysWithValues: names.map { ($0, try read(directory + $0)) })
    }

    /// The text of a file.
    static func read(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }
}
