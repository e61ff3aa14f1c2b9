import Crypto

/// 32 bytes that belong to a version, and to nothing else.
func sampleSecret(_ version: Int) -> [UInt8] { [UInt8](repeating: UInt8(version), count: 32) }

/// Secrets of versions 2, the current one, and 1.
let sampleSecrets: VersionedSecrets = {
    let text = [2, 1].map { "\($0):\(Base64.encode(sampleSecret($0)))" }.joined(separator: ",")
    guard let secrets = VersionedSecrets(text) else { preconditionFailure("the sample secrets are well formed") }
    return secrets
}()

extension Input {
    /// `text` after up to four changes of single symbols: replaced, put in, taken out, its case or its neighbour
    /// swapped.
    mutating func edited(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0..<(1 + choice(of: 4)) where !scalars.isEmpty {
            let place = choice(of: scalars.count)
            switch choice(of: 5) {
            case 0: scalars[place] = scalar()
            case 1: scalars.insert(scalar(), at: place)
            case 2: scalars.remove(at: place)
            case 3: scalars[place] = Unicode.Scalar(UInt8(truncatingIfNeeded: scalars[place].value) ^ 0x20)
            default: scalars.swapAt(place, (place + 1) % scalars.count)
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// ASCII for the most part, any scalar now and then.
    private mutating func scalar() -> Unicode.Scalar {
        let value = byte()
        guard value >= 0x80 else { return Unicode.Scalar(value) }
        return Unicode.Scalar(number(UInt32.self) % 0x11_0000) ?? "\u{FFFD}"
    }
}
