import Kernel
import Licensing

/// Either any text typed as a key, or a key of ours: spelt another way, or with one mistake in it.
func checkLicenseKey(_ input: Input) throws(BrokenPromise) {
    var input = input
    guard input.choice(of: 2) == 1 else { return try checkTyped(input.text()) }
    let key = try ownKey(&input)
    try checkTyped(key.revealed())
    try checkSpelling(of: key, &input)
    try checkMistake(in: key, &input)
}

private func checkTyped(_ text: String) throws(BrokenPromise) {
    let key = LicenseKey(text)
    if text.utf8.allSatisfy({ $0 < 0x80 }) {
        try promise(key?.revealed(), is: expected(text), "a key is read as its grammar says")
    }
    guard let key else { return }
    let spelling = key.revealed()
    try promise(spelling, is: expected(spelling), "a key is written as its grammar says")
    try promise(LicenseKey(spelling), is: key, "a key reads back as itself")
    try promise(LicenseKey(spelling)?.revealed(), is: spelling, "its spelling is canonical")
    try promise(LicenseKey(spelling)?.hash(pepper: pepper), is: key.hash(pepper: pepper), "its hash is one")
    try promise(spelling.hasSuffix(key.lastFour) && key.lastFour.utf8.count == 4, "the last four symbols are its own")
    let shown = "\(key) \(String(reflecting: key))"
    let hidden = spelling.utf8.dropFirst(key.prefix.text.utf8.count + 1).prefix(9)
    try promise(!shown.contains(String(decoding: hidden, as: UTF8.self)), "printing a key shows no more than four")
}

/// The key of some license, under one of the prefixes that a seller may choose.
private func ownKey(_ input: inout Input) throws(BrokenPromise) -> LicenseKey {
    let letters = input.bytes(2 + input.choice(of: 7)).map { prefixLetters[Int($0) % prefixLetters.count] }
    guard let uuid = UUIDv7(bytes: input.bytes(16)),
        let prefix = LicensePrefix(String(decoding: letters, as: UTF8.self))
    else { throw BrokenPromise("letters and digits make a prefix") }
    let (version, reissues) = (1 + input.choice(of: 2), input.choice(of: 3))
    do {
        return try KeyRing(secrets: sampleSecrets, pepper: pepper).key(
            of: KeyOrigin(license: LicenseID(uuid), prefix: prefix.text, version: version, reissues: reissues))
    } catch {
        throw BrokenPromise("a version that is known makes a key")
    }
}

/// Case, blanks, dashes and the symbols that are read as others change nothing.
private func checkSpelling(of key: LicenseKey, _ input: inout Input) throws(BrokenPromise) {
    var typed = String.UnicodeScalarView()
    for symbol in key.revealed().unicodeScalars {
        let options = symbol == "-" ? separators : twins[symbol] ?? [symbol]
        let chosen = options[input.choice(of: options.count)]
        typed.append(input.choice(of: 2) == 1 && symbol != "-" ? lowercased(chosen) : chosen)
    }
    let read = LicenseKey(String(typed))
    try promise(read, is: key, "another spelling is the same key")
    try promise(read?.hash(pepper: pepper), is: key.hash(pepper: pepper), "and has the same hash")
}

/// One symbol mistyped, or two swapped, is no key: that is what the check symbol is for.
private func checkMistake(in key: LicenseKey, _ input: inout Input) throws(BrokenPromise) {
    let symbols = Array(key.revealed().utf8.filter { $0 != UInt8(ascii: "-") })
    let place = input.choice(of: symbols.count)
    var mistyped = symbols
    if input.choice(of: 2) == 0 {
        mistyped[place] = prefixLetters[input.choice(of: prefixLetters.count)]
    } else {
        mistyped.swapAt(place, input.choice(of: symbols.count))
    }
    let isSame = zip(symbols, mistyped).allSatisfy { value($0) == value($1) }
    let text = String(decoding: mistyped, as: UTF8.self)
    guard isSame else { return try promise(LicenseKey(text), is: nil, "a typing error is no key") }
}

/// The canonical spelling of an ASCII text by a reading of our own; `nil` when it is no key.
private func expected(_ text: String) -> String? {
    let skipped = Array(1...0x20) + Array("\"'`-\u{7F}".utf8)
    let punctuation = Array("!#$%&()*+,./:;<=>?@[\\]^_{|}~".utf8)
    var typed = text.utf8.filter { !skipped.contains($0) }[...]
    while let last = typed.last, punctuation.contains(last) { typed.removeLast() }
    while let first = typed.first, punctuation.contains(first) { typed.removeFirst() }
    let symbols =
        typed
        .map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) ? $0 - 0x20 : $0 }
    let (prefix, row) = (symbols.dropLast(12), symbols.suffix(12))
    guard text.utf8.count <= 128, (14...20).contains(symbols.count), symbols.allSatisfy(prefixLetters.contains),
        !row.contains(UInt8(ascii: "U")), checksum(symbols.map { Int(value($0)) }) == 0
    else { return nil }
    let groups = [0, 4, 8].map { row.map { alphabet[Int(value($0))] }.dropFirst($0).prefix(4) }
    return ([Array(prefix)] + groups.map(Array.init)).map { String(decoding: $0, as: UTF8.self) }
        .joined(separator: "-")
}

/// The sum of every value times its weight in the field with 32 elements, by long multiplication: zero when sound.
private func checksum(_ values: [Int]) -> Int {
    var (sum, weight) = (0, 1)
    for value in values.reversed() {
        sum ^= product(value, weight)
        weight = product(weight, 2)
    }
    return sum
}

private func product(_ left: Int, _ right: Int) -> Int {
    var product = (0..<5).reduce(0) { $0 ^ (right >> $1 & 1 == 1 ? left << $1 : 0) }
    for bit in stride(from: 8, through: 5, by: -1) where product >> bit & 1 == 1 { product ^= 0b10_0101 << (bit - 5) }
    return product
}

/// The value of a letter or digit in upper case; a prefix's U counts as V.
private func value(_ symbol: UInt8) -> Int {
    let folded: [UInt8: Character] = [79: "0", 73: "1", 76: "1", 85: "V"]
    let symbol = folded[symbol]?.asciiValue ?? symbol
    return alphabet.firstIndex(of: symbol) ?? 0
}

private func lowercased(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
}

private let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
private let prefixLetters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
private let twins: [Unicode.Scalar: [Unicode.Scalar]] = ["0": ["0", "O"], "1": ["1", "I", "L"]]
private let separators: [Unicode.Scalar] = [
    "-", " ", "\t", "\u{00A0}", "\u{2009}", "\u{2010}", "\u{2011}", "\u{2013}", "\u{2014}", "\u{2212}", "\u{00AD}",
    "\u{200B}", "\u{2060}", "\u{FEFF}", "'", "\u{201D}", "\u{3000}", "\u{FF0D}", "\u{30FC}", "\u{200D}", "\u{202A}",
    "\u{FE0F}",
    "\u{301}",
]
private let pepper = Pepper(Secret(bytes: sampleSecret(7)))
