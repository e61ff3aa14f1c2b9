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

    private enum Stage { case sender, recipient, data, message }

    private let envelope: SMTPEnvelope
    private var stage = Stage.sender
    private var reply = SMTPReply()

    init(_ envelope: SMTPEnvelope) { self.envelope = envelope }

    /// The first command to send.
    var opening: [UInt8] { Array("MAIL FROM:<\(envelope.sender.text)>\r\n".utf8) }

    /// Whether the server has not yet replied to MAIL.
    var isAtStart: Bool { stage == .sender }

    /// Processes the server's bytes and returns the next step.
    mutating func receive(_ bytes: [UInt8]) -> Step {
        for (index, byte) in bytes.enumerated() {
            switch reply.take(byte) {
            case .incomplete: continue
            case .broken: return .failed(.transient(.dropped))
            case .complete(let code): return step(code, isLast: index == bytes.count - 1)
            }
        }
        return .wait
    }

    /// Returns the step for one reply; a reply that comes before its command must not be trusted.
    private mutating func step(_ code: Int, isLast: Bool) -> Step {
        let step = proceed(code)
        guard case .send = step, !isLast else { return step }
        return .failed(.transient(.dropped))
    }

    private mutating func proceed(_ code: Int) -> Step {
        switch (stage, code) {
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
        default: return .failed(fault(code))
        }
    }

    /// Classifies a refusal.
    ///
    /// It concerns the login (530, 534, 535 and 538, RFC 4954 section 6 and RFC 3207 section 4), the sender, whose
    /// quota is exhausted or whose account is closed, or this mail only.
    private func fault(_ code: Int) -> SMTPFault {
        switch (stage, code) {
        case (_, 530), (_, 534), (_, 535), (_, 538), (.sender, 500..<600): .misconfigured(code: code)
        case (_, 500..<600): .permanent(code: code)
        default: .transient(.reply(code))
        }
    }
}

/// Parses a reply of one or more lines (RFC 5321 section 4.2).
struct SMTPReply: Sendable {
    enum Result: Equatable, Sendable {
        case incomplete, broken
        case complete(Int)
    }

    private var line: [UInt8] = []
    private var count = 0

    /// The limit on one reply, many times that of RFC 5321.
    private static let maxBytes = 64 << 10

    mutating func take(_ byte: UInt8) -> Result {
        count += 1
        guard count <= SMTPReply.maxBytes else { return .broken }
        guard byte == UInt8(ascii: "\n") else {
            // Only the code of a line and the character after it matter.
            if line.count < 4 { line.append(byte) }
            return .incomplete
        }
        defer { line.removeAll(keepingCapacity: true) }
        guard line.count >= 3, let code = Int(String(decoding: line.prefix(3), as: UTF8.self)),
            (200..<600).contains(code)
        else { return .broken }
        if line.count > 3, line[3] == UInt8(ascii: "-") { return .incomplete }
        count = 0
        return .complete(code)
    }
}
