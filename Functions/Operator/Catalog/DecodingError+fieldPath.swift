extension DecodingError {
    /// The path to the part of a document that could not be read, such as `files.0.size`; empty for the whole.
    ///
    /// Names and places alone, never a value, so that it may be logged.
    var fieldPath: String {
        switch self {
        case .keyNotFound(let key, let context): DecodingError.text(context.codingPath + [key])
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            DecodingError.text(context.codingPath)
        @unknown default: ""
        }
    }

    private static func text(_ path: [any CodingKey]) -> String {
        path.map { $0.intValue.map { String($0) } ?? $0.stringValue }.joined(separator: ".")
    }
}
