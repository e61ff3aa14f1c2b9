/// Finds e-mail addresses in a text, whatever touches them.
///
/// An address is a commercial at with a word before it and, behind it, a domain of two or more labels, the last of which
/// begins with a letter of any script, or an address literal in brackets. Up to three blanks may surround the at, and it
/// and the dots may be spelt `(at)` and `[dot]` in any brackets. A bare «at» is prose.
enum AddressFinder {
    static let places: Recognizer.Finder = { text in
        let row = Row(text)
        return row.characters.indices.filter { row.characters[$0] == .at }.compactMap(row.address)
    }

    /// The characters that have a shape, each with its place.
    private struct Row {
        var characters: [TypedCharacter] = []
        var scalars: [Unicode.Scalar] = []
        var places: [Range<Int>] = []

        init(_ text: WrittenText) {
            for (index, scalar) in text.scalars.enumerated() {
                let character = TypedCharacter(scalar)
                guard character != .invisible else { continue }
                append(character, scalar, at: index..<index + 1)
                guard TypedCharacter.closesBracket(scalar) else { continue }
                readBracketed()
            }
        }

        private mutating func append(_ character: TypedCharacter, _ scalar: Unicode.Scalar, at place: Range<Int>) {
            // The blanks behind a dot that was spelt in brackets belong to it.
            if character == .blank, scalars.last == "\u{0}", characters.last == .dot { return }
            characters.append(character)
            scalars.append(scalar)
            places.append(place)
        }

        /// Replaces `(at)`, `[dot]` and the like at the end of the row by what they mean.
        private mutating func readBracketed() {
            let end = scalars.count - 1
            guard let open = scalars[..<end].suffix(7).lastIndex(where: TypedCharacter.opensBracket) else { return }
            let inside = (open + 1..<end).filter { characters[$0] != .blank }
            let word = inside.map { scalars[$0].properties.lowercaseMapping }.joined()
            let meaning: TypedCharacter? =
                switch word {
                case "at", "ät", "@": .at
                case "dot", "punkt", "punto", "point", ".": .dot
                default: nil
                }
            guard let meaning else { return }
            var start = open
            if meaning == .dot { while start > 0, characters[start - 1] == .blank { start -= 1 } }
            let place = places[start].lowerBound..<places[end].upperBound
            characters.removeSubrange(start...)
            scalars.removeSubrange(start...)
            places.removeSubrange(start...)
            append(meaning, "\u{0}", at: place)
        }

        /// Returns the place of the address around the at at `index`; `nil` if there is none.
        func address(at index: Int) -> Range<Int>? {
            guard let start = local(before: index), let end = domain(behind: index) else { return nil }
            return places[start].lowerBound..<places[end - 1].upperBound
        }

        private func local(before index: Int) -> Int? {
            var end = index
            for _ in 0..<3 where end > 0 && characters[end - 1] == .blank { end -= 1 }
            // A quoted local part, or one in brackets.
            var (start, quotes) = (end, 0)
            while start > 0, quotes < 2, isBracket(start - 1) || characters[start - 1] == .quotationMark {
                (start, quotes) = (start - 1, quotes + 1)
            }
            var hasWord = false
            while start > 0, isLocal(start - 1) {
                start -= 1
                hasWord = hasWord || isWord(start)
            }
            return hasWord ? start : nil
        }

        private func domain(behind index: Int) -> Int? {
            var start = index + 1
            for _ in 0..<3 where start < characters.count && characters[start] == .blank { start += 1 }
            guard start < characters.count else { return nil }
            if scalars[start] == "[" { return literal(from: start) }
            var (end, labels, at) = (start, 0, start)
            while at < characters.count {
                let first = at
                while at < characters.count, isLabel(at) { at += 1 }
                guard at > first else { break }
                labels += 1
                if labels > 1, isName(first) { end = at }
                guard at < characters.count, characters[at] == .dot else { break }
                at += 1
            }
            return end > start ? end : nil
        }

        /// Reads `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
        private func literal(from start: Int) -> Int? {
            guard let end = scalars[start...].prefix(64).firstIndex(of: "]") else { return nil }
            let inside = scalars[start + 1..<end]
            let isAddress = inside.allSatisfy {
                $0.isASCII && ($0.properties.isASCIIHexDigit || ".:IPVipv".unicodeScalars.contains($0))
            }
            return isAddress && inside.count > 2 ? end + 1 : nil
        }

        private func isWord(_ index: Int) -> Bool {
            switch characters[index] {
            case .symbol, .letter, .mark: true
            default: false
            }
        }

        /// Whether a top-level domain may begin here.
        private func isName(_ index: Int) -> Bool {
            switch characters[index] {
            case .symbol(let symbol): symbol.isASCIILetter
            case .letter: true
            default: false
            }
        }

        private func isLabel(_ index: Int) -> Bool {
            isWord(index) || characters[index] == .dash || scalars[index] == "_"
        }

        private func isLocal(_ index: Int) -> Bool {
            isLabel(index) || characters[index] == .dot || "!#$%&'*+/=?^`{|}~".unicodeScalars.contains(scalars[index])
        }

        private func isBracket(_ index: Int) -> Bool { TypedCharacter.closesBracket(scalars[index]) }
    }
}

extension TypedCharacter {
    fileprivate static func opensBracket(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "<" || scalar.properties.generalCategory == .openPunctuation
    }

    fileprivate static func closesBracket(_ scalar: Unicode.Scalar) -> Bool {
        scalar == ">" || scalar.properties.generalCategory == .closePunctuation
    }
}
