import EmailMessage
import Kernel

/// A mail whose every text comes from strangers.
func checkMIME(_ input: Input) throws(BrokenPromise) {
    var input = input
    let id = EmailID(UUIDv7(at: Instant(unixSeconds: 1_800_000_000), entropy: (0, input.number())))
    let from = mailbox(&input)
    var message = MailMessage(
        id: id, from: from, to: mailbox(&input), subject: input.text(), text: input.text(), html: input.text(),
        date: Instant(unixSeconds: Int64(input.number(UInt32.self))))
    if input.choice(of: 2) == 1 { message.replyTo = mailbox(&input) }
    while !input.isAtEnd, message.headers.count < 4 {
        if let header = MailHeader(input.text(), input.text()) { message.headers.append(header) }
    }
    let bytes = message.bytes
    try promise(message.bytes, is: bytes, "the same mail is the same bytes")
    try checkLines(bytes)
    let read = try ReadMail(bytes)
    try checkFields(of: message, read)
    try checkParts(of: message, read)
}

/// A mailbox with any name, at an address of our own choosing where the input has none.
private func mailbox(_ input: inout Input) -> Mailbox {
    let name = input.text()
    let address = EmailAddress(input.text()) ?? EmailAddress("shop@example.com")
    guard let address else { preconditionFailure("the address above is one") }
    return Mailbox(name: name.isEmpty ? nil : name, address: address)
}

/// 7 bits, CRLF alone, no control characters; RFC 5322 section 2.1.1's 78 columns wherever words can be parted.
private func checkLines(_ bytes: [UInt8]) throws(BrokenPromise) {
    try promise(
        bytes.allSatisfy { (32...126).contains($0) || $0 == 9 || $0 == 10 || $0 == 13 },
        "plain ASCII: \(String(decoding: bytes, as: UTF8.self))")
    try promise(bytes.suffix(2) == [13, 10], "the last line ends")
    for line in lines(bytes) {
        try promise(!line.contains(13) && !line.contains(10), "no bare CR or LF: \(line)")
        try promise(line.count <= 998, "no line beyond 998 bytes")
        let isOneWord = !line.dropFirst().contains(32)
        try promise(
            line.count <= 76 || isOneWord || isAddressLine(line), "no long line where it can be folded: \(line)")
    }
}

/// The lines of a field that holds one address or ID behind its name, which cannot be folded.
private func isAddressLine(_ line: [UInt8]) -> Bool {
    ["From: ", "To: ", "Reply-To: ", "Message-ID: "].contains { name in
        line.starts(with: name.utf8) && !line.dropFirst(name.utf8.count).contains(32)
    }
}

private func checkFields(of message: MailMessage, _ read: ReadMail) throws(BrokenPromise) {
    let names =
        ["From", "To"] + (message.replyTo == nil ? [] : ["Reply-To"]) + ["Subject", "Date", "Message-ID"]
        + message.headers.map(\.name) + ["MIME-Version", "Content-Type"]
    try promise(read.fields.map(\.name), is: names, "no header line but ours")
    var texts = [message.subject]
    texts += message.headers.map(\.value)
    let others = read.fields.filter { field in
        field.name == "Subject" || message.headers.contains { $0.name == field.name }
    }
    for (field, text) in zip(others, texts) {
        try promise(wordsDecoded(field.value), is: singleLine(text), "\(field.name) reads as it was written")
    }
    try checkMailbox(message.from, read.value("From"))
    try checkMailbox(message.to, read.value("To"))
    if let replyTo = message.replyTo { try checkMailbox(replyTo, read.value("Reply-To")) }
    try promise(read.value("Message-ID"), is: message.messageID, "the ID is the row's")
}

private func checkMailbox(_ mailbox: Mailbox, _ value: String) throws(BrokenPromise) {
    let name = singleLine(mailbox.name ?? "")
    guard !name.isEmpty else { return try promise(value, is: mailbox.address.specification, "an address alone") }
    let suffix = " <\(mailbox.address.specification)>"
    try promise(value.hasSuffix(suffix), "the address stands behind the name: \(value)")
    let phrase = String(value.dropLast(suffix.count))
    let display = phrase.hasPrefix("\"") ? try unquoted(phrase) : try wordsDecoded(phrase, isPhrase: true)
    try promise(display, is: name, "a name reads as it was written")
}

/// The text of a quoted string, RFC 5322 section 3.2.4, which is the whole of `phrase`.
private func unquoted(_ phrase: String) throws(BrokenPromise) -> String {
    var (rest, text) = (Array(phrase.utf8.dropFirst())[...], [UInt8]())
    while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
        text.append(byte == UInt8(ascii: "\\") ? rest.popFirst() ?? byte : byte)
    }
    try promise(rest.isEmpty && phrase.utf8.count > 1 && phrase.hasSuffix("\""), "a quoted name ends once: \(phrase)")
    try promise(!phrase.contains("=?"), "nothing in quotes looks like an encoded word")
    return String(decoding: text, as: UTF8.self)
}

private func checkParts(of message: MailMessage, _ read: ReadMail) throws(BrokenPromise) {
    try promise(read.parts.map(\.type), is: ["text/plain; charset=utf-8", "text/html; charset=utf-8"], "two parts")
    for (part, text) in zip(read.parts, [message.text, message.html]) {
        let seen = String(decoding: try part.decoded(), as: UTF8.self)
        try promise(same(seen, plainLines(text)), "a text reads as it was written: \(text.debugDescription)")
    }
}

/// What a header is promised to keep of a text: no control character, and one blank for every run of them and blanks.
private func singleLine(_ text: String) -> String {
    let blanked = text.unicodeScalars.map { isControl($0) ? " " : $0 }
    var kept = String.UnicodeScalarView()
    for scalar in blanked where scalar != " " || (!kept.isEmpty && kept.last != " ") { kept.append(scalar) }
    if kept.last == " " { kept.removeLast() }
    return String(kept)
}

/// What a body is promised to keep of a text: every line, with CRLF behind, and tabs, but no other control character.
private func plainLines(_ text: String) -> String {
    var bytes: [UInt8] = []
    var isAfterCR = false
    for scalar in text.unicodeScalars {
        if scalar == "\r" || (scalar == "\n" && !isAfterCR) { bytes += [13, 10] }
        if scalar == "\t" || !isControl(scalar) { bytes += String(scalar).utf8 }
        isAfterCR = scalar == "\r"
    }
    return String(decoding: bytes, as: UTF8.self)
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}"
}
