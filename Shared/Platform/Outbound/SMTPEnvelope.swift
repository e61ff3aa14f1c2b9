import Glibc
package import Kernel

/// One mail to one recipient, valid for any SMTP server.
package struct SMTPEnvelope: Sendable {
    /// The address that bounces go to.
    package let sender: EmailAddress
    /// The recipient's address.
    package let recipient: EmailAddress
    /// The complete message, RFC 5322.
    package let message: [UInt8]

    /// Creates an envelope; `nil` if the message violates RFC 5321's rules for text.
    ///
    /// Those are: seven bits (or UTF-8 in the header of a mail to a recipient beyond ASCII, RFC 6532), lines that end in CR LF with at most 998 bytes before it, and no CR, LF or NUL elsewhere.
    /// Servers disagree about whether a lone CR or LF ends a mail, so none is ever sent.
    package init?(sender: EmailAddress, recipient: EmailAddress, message: [UInt8]) {
        let isWide = recipient.needsSMTPUTF8
        guard isMailText(message, allowsUTF8: isWide), !sender.needsSMTPUTF8 else { return nil }
        guard !isWide || String(validating: message, as: UTF8.self) != nil else { return nil }
        self.sender = sender
        self.recipient = recipient
        self.message = message
    }

    /// The message on the wire: dot-stuffed (RFC 5321 section 4.5.2) and terminated by a line with a single dot.
    var wireBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.count + message.count / 64 + 8)
        var start = 0
        while start < message.count {
            if message[start] == dot { bytes.append(dot) }
            let end = lineEnd(message, from: start)
            bytes += message[start..<end]
            start = end
        }
        if message.last != lineFeed { bytes += [carriageReturn, lineFeed] }
        bytes += [dot, carriageReturn, lineFeed]
        return bytes
    }
}

private let dot = UInt8(ascii: ".")
private let carriageReturn = UInt8(ascii: "\r")
private let lineFeed = UInt8(ascii: "\n")
private let maxLineBytes = 998

/// Returns the end of the line that starts at `start`, including its line feed.
private func lineEnd(_ bytes: [UInt8], from start: Int) -> Int {
    unsafe bytes.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress,
            let found = unsafe memchr(base + start, Int32(lineFeed), bytes.count - start)
        else { return bytes.count }
        return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base) + 1
    }
}

private func isMailText(_ bytes: [UInt8], allowsUTF8: Bool) -> Bool {
    var start = 0
    while start < bytes.count {
        let end = lineEnd(bytes, from: start)
        guard isMailLine(bytes, start, end, allowsUTF8) else { return false }
        start = end
    }
    return !bytes.isEmpty
}

/// Returns whether a line is valid: ordinary bytes followed by CR LF or, after the last line, nothing.
private func isMailLine(_ bytes: [UInt8], _ start: Int, _ end: Int, _ allowsUTF8: Bool) -> Bool {
    var content = end
    if bytes[end - 1] == lineFeed {
        guard end - start >= 2, bytes[end - 2] == carriageReturn else { return false }
        content = end - 2
    }
    guard content - start <= maxLineBytes else { return false }
    let line = bytes.span.extracting(start..<content)
    for index in line.indices {
        let byte = line[index]
        if byte >= 0x20, byte < 0x80 { continue }
        if byte == 0 || (byte >= 0x80 && !allowsUTF8) || byte == carriageReturn { return false }
    }
    return true
}
