import EmailMessage
import FoundationEssentials
import OrderMails
import Support
import Testing

/// The template files of this repository.
enum Shipped {
    static let directory = repositoryRoot + "/infra/mail/"

    static func templates() throws -> MailTemplates { try MailTemplates(files: files()) }

    /// `content` as a mail of this kind from the sample seller to the sample buyer.
    static func sample(_ kind: OrderMailKind, _ content: PurchaseContent) throws -> MailMessage {
        try #require(try templates()[kind.kind]).message(
            content, id: Sample.emailID,
            from: Mailbox(name: "GenX Audio", address: Sample.address("shop@genx.example")),
            to: Mailbox(name: "Ada Lovelace", address: Sample.address("ada@example.com")), date: Sample.moment)
    }

    static func files() throws -> [String: String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        return try Dictionary(uniqueKeysWithValues: names.map { ($0, try read(directory + $0)) })
    }

    /// The text of a file.
    static func read(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }
}
