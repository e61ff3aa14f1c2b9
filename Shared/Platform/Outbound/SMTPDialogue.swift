internal import Kernel

/// The dialogue of one mail after the greeting: takes the server's bytes and returns the next step (RFC 5321 section
/// 3.3).
struct SMTPDialogue: Sendable {
    enum Step: Equatable, Sendable {
        case wait
        case send([UInt8])
        /// The server has accepted the mail.
        case taken
        case failed(SMTPFault)
    }

    private enum Stage { case greeting, sender, recipient, data, message }

    private let envelope: SMTPEnvelope
    private var stage: Stage
    private var reply = SMTPReply()

    init(_ envelope: SMTPEnvelope) {
        self.envelope = envelope
        stage = envelope.recipient.needsSMTPUTF8 ? .greeting : .sender
    }

    /// The first command to send.
    ///
    /// For a recipient beyond ASCII the server is asked what it can do: libcurl, which greeted it, does not tell. EHLO
    /// is allowed at any time between mails (RFC 5321 section 4.1.4).
    var opening: [UInt8] {
        guard stage == .greeting else { return mail }
        return Array("EHLO \(envelope.sender.text.drop { $0 != "@" }.dropFirst())\r\n".utf8)
    }

    /// Whether the server has not yet replied to MAIL.
    var isAtStart: Bool { stage == .sender || stage == .greeting }

    private var mail: [UInt8] {
        let parameter = envelope.recipient.needsSMTPUTF8 ? " SMTPUTF8" : ""
        return Array("MAIL FROM:<\(envelope.sender.text)>\(parameter)\r\n".utf8)
    }

    /// Processes the server's bytes and returns the next step.
    mutating func receive(_ bytes: [UInt8]) -> Step {
        for (index, byte) in bytes.enumerated() {
            switch reply.take(byte) {
            case .incomplete: continue
            case .broken: return .failed(.transient(.dropped))
            case .complete(let answer): return step(answer, isLast: index == bytes.count - 1)
            }
        }
        return .wait
    }

    /// Returns the step for one reply; a reply that comes before its command must not be trusted.
    private mutating func step(_ answer: SMTPAnswer, isLast: Bool) -> Step {
        let step = proceed(answer)
        guard case .send = step, !isLast else { return step }
        return .failed(.transient(.dropped))
    }

    private mutating func proceed(_ answer: SMTPAnswer) -> Step {
        switch (stage, answer.code) {
        case (.greeting, 200..<300):
            guard answer.hasSMTPUTF8 else { return .failed(.needsSMTPUTF8) }
            stage = .sender
            return .send(mail)
        case (.sender, 200..<300):
            stage = .recipient
            return .send(Array("RCPT TO:<\(envelope.recipient.text)>\r\n".utf8))
        case (.recipient, 200..<300):
            stage = .data
            return .send(Array("DATA\r\n".utf8))
        case (.data, 354):
            stage = .message
            return .send(envelope.wireBytes)
        case (.message, 200..<300): return .taken
        default: return .failed(answer.fault(isAtRecipient: stage == .recipient, isAtSender: isAtStart))
        }
    }
}
