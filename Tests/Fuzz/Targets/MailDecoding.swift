/// The bytes between CRLFs; a CR or LF without the other stays in its line.
func lines(_ bytes: [UInt8]) -> [[UInt8]] {
    let ends = bytes.indices.dropFirst().filter { bytes[$0] == 10 && bytes[$0 - 1] == 13 }
    let starts = [0] + ends.map { $0 + 1 }
    let lines = zip(starts, ends).map { Array(bytes[$0..<$1 - 1]) }
    let rest = bytes[(starts.last ?? 0)...]
    return rest.isEmpty ? lines : lines + [Array(rest)]
}

/// Base64, RFC 2045 section 6.8.
func base64Decoded(_ text: some Collection<UInt8>) throws(BrokenPromise) -> [UInt8] {
    let symbols = text.prefix { $0 != UInt8(ascii: "=") }
    let padding = text.dropFirst(symbols.count)
    try promise(text.count % 4 == 0 && padding.count <= 2, "base64 comes in fours")
    try promise(padding.allSatisfy { $0 == UInt8(ascii: "=") }, "base64 is padded at its end alone")
    var (bytes, bits, count) = ([UInt8](), 0, 0)
    for symbol in symbols {
        guard let value = alphabet.firstIndex(of: symbol) else { throw BrokenPromise("base64 has 64 symbols") }
        (bits, count) = ((bits << 6 | value) & 0xFFFF, count + 6)
        guard count >= 8 else { continue }
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
    }
    return bytes
}

/// Quoted-printable, RFC 2045 section 6.7.
func quotedPrintableDecoded(_ content: [UInt8]) throws(BrokenPromise) -> [UInt8] {
    var bytes: [UInt8] = []
    let all = lines(content + [13, 10])
    for (index, line) in all.enumerated() {
        try promise(line.last != 32 && line.last != 9, "no line ends in a blank")
        let isSoft = line.last == UInt8(ascii: "=")
        bytes += try unescaped(isSoft ? line.dropLast() : line[...])
        if !isSoft, index < all.count - 1 { bytes += [13, 10] }
    }
    return bytes
}

/// A header's text with its encoded words read, RFC 2047 section 6.
///
/// - Parameter isPhrase: whether it is a name, which has either encoded words or none.
func wordsDecoded(_ value: String, isPhrase: Bool = false) throws(BrokenPromise) -> String {
    var text = ""
    var wasEncoded = false
    for (index, token) in value.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
        let word = try wordDecoded(Array(token.utf8))
        try promise(!isPhrase || word != nil, "a name has encoded words alone: \(value)")
        if index > 0, !wasEncoded || word == nil { text += " " }
        text += word ?? String(token)
        wasEncoded = word != nil
    }
    return text
}

/// The text of one encoded word; `nil` when it is none, and then it must not look like one either.
private func wordDecoded(_ token: [UInt8]) throws(BrokenPromise) -> String? {
    let shown = String(decoding: token, as: UTF8.self)
    let (head, isQuoted) = (token.prefix(10), shown.hasPrefix("=?UTF-8?Q?"))
    guard isQuoted || shown.hasPrefix("=?UTF-8?B?") else {
        try promise(!shown.contains("=?"), "no word looks encoded that is not: \(shown)")
        return nil
    }
    try promise(token.count <= 75 && token.count > 12 && shown.hasSuffix("?="), "a word has 13 to 75 bytes: \(shown)")
    let content = token.dropFirst(head.count).dropLast(2)
    try promise(!content.contains(UInt8(ascii: "?")), "a word ends once: \(shown)")
    let spaced = content.map { $0 == UInt8(ascii: "_") && isQuoted ? 0x20 : $0 }
    let bytes = try isQuoted ? unescaped(spaced[...]) : base64Decoded(content)
    let text = String(decoding: bytes, as: UTF8.self)
    try promise(text.utf8.elementsEqual(bytes), "no word ends inside a character: \(shown)")
    return text
}

/// The bytes of a text with `=` and two hexadecimal digits, in upper case, for some of them.
private func unescaped(_ text: ArraySlice<UInt8>) throws(BrokenPromise) -> [UInt8] {
    var (rest, bytes) = (text, [UInt8]())
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "=") else {
            bytes.append(byte)
            continue
        }
        let digits = rest.prefix(2).compactMap(hexadecimal.firstIndex)
        try promise(digits.count == 2, "two digits behind an equals sign")
        rest = rest.dropFirst(2)
        bytes.append(UInt8(digits[0] << 4 | digits[1]))
    }
    return bytes
}

private let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
private let hexadecimal = Array("0123456789ABCDEF".utf8)
