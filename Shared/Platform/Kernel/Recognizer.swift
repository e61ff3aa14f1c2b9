/// Finds in any text what must be kept nowhere: e-mail addresses and, if created so, what their owner knows.
///
/// It refuses a text that a person typed, or masks one that came from outside. A text of which its bytes alone tell that
/// nothing is in it, as is the case for nearly every text, costs a few instructions a byte.
package struct Recognizer: Sendable {
    /// Returns the places, counted in characters, of what is found.
    package typealias Finder = @Sendable (WrittenText) -> [Range<Int>]

    /// Returns whether a plain text may have what is looked for; plain is ASCII without escapes.
    package typealias Suspicion = @Sendable (borrowing Span<UInt8>) -> Bool

    /// Finds e-mail addresses.
    package static let addresses = Recognizer(finders: [AddressFinder.places], suspects: nil)

    private let finders: [Finder]
    private let suspects: Suspicion?

    private init(finders: [Finder], suspects: Suspicion?) { (self.finders, self.suspects) = (finders, suspects) }

    /// Creates a recognizer of e-mail addresses and of what `find` finds.
    package init(alsoFinding find: @escaping Finder, if suspects: @escaping Suspicion) {
        self.init(finders: [AddressFinder.places, find], suspects: suspects)
    }

    /// Whether anything is found in `text`.
    package func finds(in text: String) -> Bool { !places(in: text).isEmpty }

    /// Returns `text` with an ellipsis for each thing found.
    package func masked(_ text: String) -> String { mask(text) ?? text }

    /// Returns the same; `nil` if nothing is found.
    package func mask(_ text: String) -> String? {
        let places = places(in: text)
        guard !places.isEmpty else { return nil }
        var result = String.UnicodeScalarView()
        var isMasking = false
        for (index, scalar) in text.unicodeScalars.enumerated() {
            let isHidden = places.contains { $0.contains(index) }
            if isHidden, !isMasking { result.append("…") }
            if !isHidden { result.append(scalar) }
            isMasking = isHidden
        }
        return String(result)
    }

    /// Returns the places in the original, with escapes and without.
    private func places(in text: String) -> [Range<Int>] {
        guard isSuspicious(text.utf8.span) else { return [] }
        let written = WrittenText(text)
        let views = [written] + (written.decoded.map { [$0] } ?? [])
        return views.flatMap { view in
            finders.flatMap { find in
                find(view).map { view.places[$0.lowerBound].lowerBound..<view.places[$0.upperBound - 1].upperBound }
            }
        }
    }

    private func isSuspicious(_ bytes: borrowing Span<UInt8>) -> Bool {
        for index in bytes.indices where !bytes[index].isInconspicuous {
            if bytes.mayBeginAddress(at: index) { return true }
        }
        return suspects?(bytes) ?? false
    }
}

extension UInt8 {
    /// Whether it is a letter, a digit or one of `,-./:`.
    @inline(__always)
    fileprivate var isInconspicuous: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 || self &- UInt8(ascii: ",") < 15 }
}

extension Span<UInt8> {
    /// Whether the byte at `index` is an at, or beyond ASCII, or begins an escape or an at in brackets.
    fileprivate func mayBeginAddress(at index: Int) -> Bool {
        switch self[index] {
        case UInt8(ascii: "@"), 0x80...: true
        case UInt8(ascii: "%"), UInt8(ascii: "="): isHexadecimal(index + 1) && isHexadecimal(index + 2)
        case UInt8(ascii: "\\"): has("u", "x", at: index + 1)
        case UInt8(ascii: "&"):
            index + 1 < count && (self[index + 1] == UInt8(ascii: "#") || self[index + 1].isASCIILetter)
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "<"): hasAtWord(behind: index)
        default: false
        }
    }

    private func isHexadecimal(_ index: Int) -> Bool { index < count && self[index].hexadecimalValue != nil }

    /// Whether one of two bytes is at `index`.
    private func has(_ first: Unicode.Scalar, _ second: Unicode.Scalar, at index: Int) -> Bool {
        index < count && (self[index] == UInt8(ascii: first) || self[index] == UInt8(ascii: second))
    }

    private func hasAtWord(behind bracket: Int) -> Bool {
        let first = next(behind: bracket)
        return has("a", "A", at: first) && has("t", "T", at: next(behind: first))
    }

    /// Returns the place of the next byte that is no blank.
    private func next(behind index: Int) -> Int {
        var next = index + 1
        while next < count, self[next] == UInt8(ascii: " ") || 9...13 ~= self[next] { next += 1 }
        return next
    }
}
