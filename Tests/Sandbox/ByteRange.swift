/// The part of an object that a `Range` field requests.
///
/// Source: RFC 9110 section 14.
enum ByteRange: Equatable {
    /// No range, several, or an invalid one: the whole object.
    case whole
    case part(Range<Int>)
    /// The range is outside the object.
    case unsatisfiable

    init(_ field: String?, of count: Int) {
        guard let field, field.hasPrefix("bytes="), !field.contains(",") else {
            self = .whole
            return
        }
        let bounds = field.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2, bounds.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }) else {
            self = .whole
            return
        }
        switch (Int(bounds[0]), Int(bounds[1])) {
        case (let first?, let last?) where first <= last: self = ByteRange.part(from: first, through: last, of: count)
        case (let first?, nil) where bounds[1].isEmpty:
            self = ByteRange.part(from: first, through: count - 1, of: count)
        case (nil, let suffix?) where bounds[0].isEmpty:
            self = suffix == 0 || count == 0 ? .unsatisfiable : .part(max(0, count - suffix)..<count)
        default: self = .whole
        }
    }

    private static func part(from first: Int, through last: Int, of count: Int) -> ByteRange {
        first < count ? .part(first..<min(last, count - 1) + 1) : .unsatisfiable
    }
}
