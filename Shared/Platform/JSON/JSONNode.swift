internal import CYYJSON

/// One value of a parsed JSON document; keeps the whole document in memory.
///
/// The parser, yyjson, accepts strict RFC 8259 only: UTF-8, no comments, no trailing commas. Of duplicate members the
/// first wins; `JSONOutline` detects them.
@safe package struct JSONNode {
    /// The type of a value.
    package enum Kind: Equatable, Sendable {
        case null, bool, number, string, array, object
    }

    private let text: JSONText
    private let value: UnsafeMutablePointer<yyjson_val>

    private init(text: JSONText, value: UnsafeMutablePointer<yyjson_val>) {
        self.text = text
        unsafe self.value = value
    }

    /// Parses a document and returns its root value.
    ///
    /// - Throws: `MalformedDocument` with an empty field if the bytes are not JSON.
    package init(_ bytes: [UInt8]) throws(MalformedDocument) {
        guard let text = JSONText(bytes), let root = unsafe yyjson_doc_get_root(text.document) else {
            throw MalformedDocument(field: "")
        }
        unsafe self.init(text: text, value: root)
    }

    /// The type of the value.
    package var kind: Kind {
        switch unsafe yyjson_get_type(value) {
        case YYJSON_TYPE_NULL: .null
        case YYJSON_TYPE_BOOL: .bool
        case YYJSON_TYPE_NUM: .number
        case YYJSON_TYPE_STR: .string
        case YYJSON_TYPE_ARR: .array
        default: .object
        }
    }

    /// The string; `nil` for any other type.
    package var string: String? {
        guard let start = unsafe yyjson_get_str(value) else { return nil }
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: yyjson_get_len(value))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    /// The Boolean; `nil` for any other type.
    package var bool: Bool? { unsafe yyjson_is_bool(value) ? yyjson_get_bool(value) : nil }

    /// The integer; `nil` for any other type, if it overflows, or if it has a fraction or an exponent.
    package var integer: Int64? {
        if unsafe yyjson_is_uint(value) { return unsafe Int64(exactly: yyjson_get_uint(value)) }
        return unsafe yyjson_is_sint(value) ? yyjson_get_sint(value) : nil
    }

    /// The elements; `nil` if it is not an array.
    package var elements: [JSONNode]? {
        guard unsafe yyjson_is_arr(value) else { return nil }
        var iterator = unsafe yyjson_arr_iter_with(value)
        var elements: [JSONNode] = []
        elements.reserveCapacity(unsafe yyjson_arr_size(value))
        while let element = unsafe yyjson_arr_iter_next(&iterator) {
            unsafe elements.append(JSONNode(text: text, value: element))
        }
        return elements
    }

    /// The members in document order; `nil` if it is not an object.
    package var members: [(name: String, value: JSONNode)]? {
        guard unsafe yyjson_is_obj(value) else { return nil }
        var iterator = unsafe yyjson_obj_iter_with(value)
        var members: [(name: String, value: JSONNode)] = []
        members.reserveCapacity(unsafe yyjson_obj_size(value))
        while let name = unsafe yyjson_obj_iter_next(&iterator), let member = unsafe yyjson_obj_iter_get_val(name) {
            unsafe members.append(
                (JSONNode(text: text, value: name).string ?? "", JSONNode(text: text, value: member)))
        }
        return members
    }

    /// The member with this name; `nil` if it is absent or `null`, or if the value is not an object.
    package subscript(_ name: StaticString) -> JSONNode? {
        let start = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        guard let member = unsafe yyjson_obj_getn(value, start, name.utf8CodeUnitCount),
            unsafe !yyjson_is_null(member)
        else { return nil }
        return unsafe JSONNode(text: text, value: member)
    }

    /// The value as JSON without white space, members in document order.
    package var json: String {
        var count = 0
        // Fails only if memory is exhausted, or for numbers that no JSON text can contain.
        guard let start = unsafe yyjson_val_write(value, 0, &count) else {
            preconditionFailure("JSON cannot be written")
        }
        defer { unsafe cyyjson_free_text(start) }
        return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
}

/// Owns the memory of a parsed document.
@safe private final class JSONText {
    let document: UnsafeMutablePointer<yyjson_doc>

    init?(_ bytes: [UInt8]) {
        let document = unsafe bytes.withUnsafeBytes { bytes in
            unsafe yyjson_read(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, 0)
        }
        guard let document = unsafe document else { return nil }
        unsafe self.document = document
    }

    deinit { unsafe yyjson_doc_free(document) }
}
