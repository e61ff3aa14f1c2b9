import JSON
import Kernel

/// A JSON object with only one possible reading: no duplicate members, no escaped names, integers written as integers.
struct StrictJSON {
    private let bytes: [UInt8]
    private let outline: JSONOutline
    private let what: String

    init(_ bytes: [UInt8], _ what: String) throws(TokenFault) {
        guard let text = String(validating: bytes, as: UTF8.self), bytes.first == UInt8(ascii: "{") else {
            throw .malformed("\(what) is no JSON object")
        }
        do throws(JSONOutline.Fault) { outline = try JSONOutline(text) } catch {
            throw .malformed("\(what) is not strict JSON")
        }
        guard !outline.lines.keys.contains(where: { $0.contains("\\") }) else {
            throw .malformed("\(what) has a name with an escape in it")
        }
        self.bytes = bytes
        self.what = what
    }

    func has(_ name: String) -> Bool { outline.has(name) }

    /// Decodes the object as `Content`; `integers` names its integer members.
    func read<Content: JSONReadable>(_ type: Content.Type, integers: [String] = []) throws(TokenFault) -> Content {
        for name in integers where outline.has(name) {
            guard let number = outline.numbers[name], Int64(number) != nil else {
                throw .malformed("\(name) is no whole number")
            }
        }
        do { return try Content(json: bytes) } catch {
            throw .malformed("\(what) lacks a member or has one of another type")
        }
    }
}
