internal import Crypto
import Kernel

/// A license key such as `GENX-7Q2M-0K4D-9XWZ`, proved to be well formed and free of typing errors.
///
/// Eleven base32 symbols carry 55 bits, the twelfth is the check symbol. Only the database can tell whether it was ever
/// sold. Printing a key shows no more of it than its last four symbols.
package struct LicenseKey: Equatable, Sendable {
    /// The key's prefix.
    package let prefix: LicensePrefix
    private let symbols: [UInt8]

    /// The key's last four symbols, which may be stored and shown.
    package var lastFour: String { String(decoding: symbols.suffix(4), as: UTF8.self) }

    /// Returns the whole key, for the mail to its owner and nothing else.
    package func revealed() -> String { spelling(after: prefix.text) }

    /// Returns the hash that the database stores instead of the key: HMAC-SHA256, under the pepper, of the canonical
    /// spelling.
    package func hash(pepper: Pepper) -> [UInt8] { pepper.key.tag(Array(spelling(after: prefix.canonical).utf8)) }

    private func spelling(after prefix: String) -> String {
        let groups = stride(from: 0, to: symbols.count, by: 4).map { start in
            String(decoding: symbols[start..<start + 4], as: UTF8.self)
        }
        return ([prefix] + groups).joined(separator: "-")
    }
}

extension LicenseKey {
    /// Derives the key of a license: the same key for the same license, secret and number of reissues, so that it need
    /// not be stored.
    ///
    /// A license's first key is derived from its ID alone; each later one from the ID followed by the number in four
    /// bytes, so that no two of these inputs are the same.
    ///
    /// - Parameter reissues: how often the license's key was replaced.
    init(prefix: LicensePrefix, license: LicenseID, reissues: Int, secret: HMACSHA256.Key) {
        let count = reissues == 0 ? [] : UInt32(truncatingIfNeeded: reissues).bigEndianBytes
        let tag = secret.tag(Array("latchkey license v1".utf8), license.uuid.bytes + count)
        let bits = tag.prefix(7).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 1
        let values = stride(from: 50, through: 0, by: -5).map { UInt8(truncatingIfNeeded: bits >> $0) & 31 }
        self.init(prefix: prefix, values: values)
    }

    /// Parses a key's prefix and its last twelve symbols; `nil` if they are not those of a key.
    init?(prefix: ArraySlice<UInt8>, body: ArraySlice<UInt8>) {
        let values = body.compactMap(Crockford.value)
        guard values.count == 12, body.count == 12, let prefix = LicensePrefix(String(decoding: prefix, as: UTF8.self))
        else { return nil }
        self.init(prefix: prefix, values: values.dropLast())
        guard symbols.last == Crockford.symbols[Int(values[11])] else { return nil }
    }

    /// Appends the check symbol to the eleven others; it covers the prefix as well.
    private init(prefix: LicensePrefix, values: [UInt8]) {
        let row = prefix.canonical.utf8.compactMap(Crockford.value) + values
        self.prefix = prefix
        symbols = (values + [CheckSymbol.value(behind: row)]).map { Crockford.symbols[Int($0)] }
    }
}

extension LicenseKey {
    /// Returns what is shown of a key: its prefix and its last four symbols.
    package static func masked(prefix: String, lastFour: String) -> String { "\(prefix)-****-****-\(lastFour)" }
}

extension LicenseKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { LicenseKey.masked(prefix: prefix.text, lastFour: lastFour) }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
