internal import JSON
internal import Kernel

/// Decodes a JSON document from Google.
func read<Content: JSONReadable>(_ type: Content.Type, from body: [UInt8]) throws(CloudFault) -> Content {
    do { return try Content(json: body) } catch { throw .malformedAnswer(field: error.field) }
}

/// Returns the error code in a failure's document, such as `PERMISSION_DENIED` or `conditionNotMet`; `nil` if there is
/// none, or if it contains anything but letters and `_`.
///
/// Source: <https://cloud.google.com/apis/design/errors#http_mapping>,
/// <https://cloud.google.com/storage/docs/json_api/v1/status-codes>
func failureWord(_ body: [UInt8]) -> String? {
    guard let failure = (try? JSONNode(body))?["error"],
        let word = failure["status"]?.string ?? failure["errors"]?.elements?.first?["reason"]?.string,
        (1...40).contains(word.utf8.count), word.utf8.allSatisfy({ $0.isASCIILetter || $0 == UInt8(ascii: "_") })
    else { return nil }
    return word
}
