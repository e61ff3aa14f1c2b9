/// Finds in any text what must be kept nowhere: e-mail addresses and, composed with the finder of their owner, other
/// identifying words.
///
/// It refuses a text that a person typed, or masks one that came from outside.
package struct Recognizer: Sendable {
    /// Returns the places, counted in characters, of what is found.
    package typealias Finder = @Sendable (WrittenText) -> [Range<Int>]

    /// Returns whether a text may have what is looked for, judged by single bytes.
    package typealias Suspicion = @Sendable (String) -> Bool

    private let parts: [(suspects: Suspicion, find: Finder)]

    /// Creates a recognizer.
    package init(of find: @escaping Finder, if suspects: @escaping Suspicion) { parts = [(suspects, find)] }

    private init(_ parts: [(suspects: Suspicion, find: Finder)]) { self.parts = parts }

    /// Finds e-mail addresses.
    package static let addresses = Recognizer(of: AddressFinder.places, if: AddressFinder.suspects)

    /// Returns a recognizer of what either finds.
    package func and(_ other: Recognizer) -> Recognizer { Recognizer(parts + other.parts) }

    /// Whether anything is found in `text`.
    package func finds(in text: String) -> Bool { !places(in: text).isEmpty }

    /// Returns `text` with an ellipsis for each thing found.
    package func masked(_ text: String) -> String {
        let places = places(in: text)
        guard !places.isEmpty else { return text }
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
        let suspicious = parts.filter { $0.suspects(text) }
        guard !suspicious.isEmpty else { return [] }
        let written = WrittenText(text)
        let views = [written] + (written.decoded.map { [$0] } ?? [])
        return views.flatMap { view in
            suspicious.flatMap { part in
                part.find(view).map {
                    view.places[$0.lowerBound].lowerBound..<view.places[$0.upperBound - 1].upperBound
                }
            }
        }
    }
}
