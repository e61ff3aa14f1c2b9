internal import Kernel

/// Parses a reply of one or more lines (RFC 5321 section 4.2), with the enhanced status code of each (RFC 2034).
struct SMTPReply: Sendable {
    enum Result: Equatable, Sendable {
        case incomplete, broken
        case complete(SMTPAnswer)
    }

    private var line: [UInt8] = []
    private var statuses: [EnhancedStatus] = []
    private var hasSMTPUTF8 = false
    private var count = 0

    /// The limit on one reply, many times that of RFC 5321.
    private static let maxBytes = 64 << 10
    /// What is kept of a line: the code, a separator, and the longest enhanced code with the character after it.
    private static let keptBytes = 4 + EnhancedStatus.maxBytes + 1

    mutating func take(_ byte: UInt8) -> Result {
        count += 1
        guard count <= SMTPReply.maxBytes else { return .broken }
        guard byte == UInt8(ascii: "\n") else {
            if line.count < SMTPReply.keptBytes { line.append(byte) }
            return .incomplete
        }
        defer { line.removeAll(keepingCapacity: true) }
        guard line.count >= 3, let code = Int(String(decoding: line.prefix(3), as: UTF8.self)),
            (200..<600).contains(code)
        else { return .broken }
        if String(decoding: line.dropFirst(4), as: UTF8.self).trimmingBlanks().uppercased() == "SMTPUTF8" {
            hasSMTPUTF8 = true
        }
        if statuses.count < 8, let status = EnhancedStatus(line.dropFirst(4)) { statuses.append(status) }
        if line.count > 3, line[3] == UInt8(ascii: "-") { return .incomplete }
        defer { (count, statuses, hasSMTPUTF8) = (0, [], false) }
        return .complete(SMTPAnswer(code: code, statuses: statuses, hasSMTPUTF8: hasSMTPUTF8))
    }
}

/// A complete reply: its code, and the enhanced status codes of its lines, which should all be the same.
struct SMTPAnswer: Equatable, Sendable {
    let code: Int
    let statuses: [EnhancedStatus]
    /// Whether a line is the keyword of that extension, in the reply to EHLO (RFC 6531 section 3.1).
    let hasSMTPUTF8: Bool

    /// Classifies a refusal by whom it speaks of.
    ///
    /// - Before RCPT no recipient is known: 5xx concerns our account, our sender or our settings.
    /// - A refused login is ours at every stage (530, 534, 535 and 538: RFC 4954 section 6, RFC 3207 section 4).
    /// - An enhanced code that speaks of the mailbox makes 5xx final. One that speaks of the sender or the system is
    ///   ours, and so is 5.7: a verdict on the content cannot be told from one on the account, since servers use 5.7.1
    ///   for both, and a receipt that is lost costs more than one that is refused again.
    /// - Without such a code 5xx is final only where its code names the mailbox: 550, 551 and 553 to RCPT (RFC 5321
    ///   section 4.2.3). After DATA the same codes are also said of accounts.
    func fault(isAtRecipient: Bool, isAtSender: Bool) -> SMTPFault {
        guard (500..<600).contains(code) else { return .transient(.reply(code)) }
        let subjects = statuses.filter { $0.isPermanent }
        let status = subjects.first { $0.subject != .other } ?? subjects.first
        if isAtSender || [530, 534, 535, 538].contains(code) { return .misconfigured(code: code, status: status) }
        // What speaks of the mailbox on any line decides.
        if let mailbox = subjects.first(where: { $0.subject == .mailbox }) {
            return .permanent(code: code, status: mailbox)
        }
        if let ours = subjects.first(where: { $0.subject == .sender }) {
            return .misconfigured(code: code, status: ours)
        }
        return isAtRecipient && [550, 551, 553].contains(code)
            ? .permanent(code: code, status: status) : .unclear(code: code, status: status)
    }
}
