import HTTP
import Kernel

/// Either any text as a form, or pairs of any texts that are written as one.
func checkForm(_ input: Input) throws(BrokenPromise) {
    var input = input
    if input.choice(of: 2) == 0 {
        try checkAnyText(String(decoding: input.remainder(), as: UTF8.self))
    } else {
        try checkPairs(&input)
    }
}

private func checkAnyText(_ text: String) throws(BrokenPromise) {
    let form = try? Form(text)
    try promise(form.map(pairs), is: expected(text), "a form is read as its grammar says")
    guard let form else { return }
    try checkEncoding(of: form)
}

private func checkPairs(_ input: inout Input) throws(BrokenPromise) {
    var form = Form()
    while !input.isAtEnd, form.entries.count < Form.entryLimit { form.append(input.text(), input.text()) }
    try checkEncoding(of: form)
    guard let first = form.entries.first else { return }
    try promise(form[first.name].map(bytes), is: bytes(first.value), "the first value of a name is found")
    let kept = PercentCoding.encode(first.name, keeping: "/:")
    try promise(PercentCoding.decode(kept).map(bytes), is: bytes(first.name), "kept characters decode as themselves")
}

private func checkEncoding(of form: Form) throws(BrokenPromise) {
    let encoded = form.encoded
    try promise(encoded.utf8.allSatisfy(isURLByte), "a form is written in plain ASCII")
    guard let again = try? Form(encoded) else { throw BrokenPromise("what is written can be read") }
    try promise(pairs(again), is: pairs(form), "what is written is read back whole")
    try promise(again.encoded, is: encoded, "its spelling is canonical")
}

/// The pairs of a form as bytes, by a reading of our own; `nil` when it must be refused.
private func expected(_ text: String) -> [[[UInt8]]]? {
    let parts = Array(text.utf8).split(separator: UInt8(ascii: "&"))
    guard parts.count <= 200 else { return nil }
    var pairs: [[[UInt8]]] = []
    for part in parts {
        let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
        guard let name = unescaped(part[..<equals]), let value = unescaped(part[equals...].dropFirst()) else {
            return nil
        }
        pairs.append([name, value])
    }
    return pairs
}

private func unescaped(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var (result, place) = ([UInt8](), bytes.startIndex)
    while place < bytes.endIndex {
        guard bytes[place] == UInt8(ascii: "%") else {
            result.append(bytes[place] == UInt8(ascii: "+") ? 0x20 : bytes[place])
            place += 1
            continue
        }
        let digits = bytes[(place + 1)...].prefix(2)
        guard digits.count == 2, digits.allSatisfy(isHexadecimal),
            let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
        else { return nil }
        result.append(byte)
        place += 3
    }
    // Reading mends what is not UTF-8, and so changes it.
    return String(decoding: result, as: UTF8.self).utf8.elementsEqual(result) ? result : nil
}

private func pairs(_ form: Form) -> [[[UInt8]]] { form.entries.map { [bytes($0.name), bytes($0.value)] } }

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

private func isHexadecimal(_ byte: UInt8) -> Bool { "0123456789abcdefABCDEF".utf8.contains(byte) }

private func isURLByte(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F && !"\"<>\\^`{|}#".utf8.contains(byte) }
