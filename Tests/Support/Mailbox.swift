import FoundationEssentials

/// The test run's real mail server, which keeps every message and shows it over HTTP.
package struct Mailbox {
    /// Why there is none.
    package enum Fault: Error { case notSet, unreadable }

    /// The server's URL, for settings.
    package let smtp: String
    private let port: Int

    /// Finds the server by the environment of the test run.
    package init() throws {
        let environment = ProcessInfo.processInfo.environment
        guard let smtp = environment["TEST_SMTP_URL"], let page = environment["TEST_MAIL_URL"],
            let port = page.split(separator: ":").last.flatMap({ Int($0.prefix { $0 != "/" }) })
        else { throw Fault.notSet }
        (self.smtp, self.port) = (smtp, port)
    }

    /// The plain texts of the mails to `recipient` whose subjects hold a word, as soon as there are any.
    ///
    /// The server shows a mail a moment after it has taken it, hence the questions until it does, for half a minute.
    package func arrivedMails(to recipient: String, subject word: String) throws -> [String] {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let mails = try mails(to: recipient, subject: word)
            if !mails.isEmpty || .now > deadline { return mails }
        }
    }

    /// The plain texts of the mails to `recipient` whose subjects hold a word, of those that are shown by now.
    package func mails(to recipient: String, subject word: String) throws -> [String] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let list = try decoder.decode(List.self, from: Data(get("/api/messages/").utf8))
        return try list.data.filter { $0.recipientsEnvelope == [recipient] && $0.subject.contains(word) }
            .map { try get("/api/messages/\($0.id).plain") }
    }

    private func get(_ path: String) throws -> String {
        let connection = try RawConnection(port: port)
        connection.send("GET \(path) HTTP/1.0\r\nHost: localhost\r\n\r\n")
        let answer = connection.readToEnd()
        guard let end = answer.firstRange(of: "\r\n\r\n") else { throw Fault.unreadable }
        return String(answer[end.upperBound...])
    }

    private struct List: Decodable {
        struct Message: Decodable {
            let id: Int
            let subject: String
            let recipientsEnvelope: [String]
        }
        let data: [Message]
    }
}
