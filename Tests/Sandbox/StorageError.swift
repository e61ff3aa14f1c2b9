import HTTP
import Kernel

/// An error in the form of Cloud Storage's XML API.
///
/// Source: <https://cloud.google.com/storage/docs/xml-api/reference-status>
struct StorageError: Error, Equatable {
    var status: Int
    var code: String
    var message: String
    var details = ""
    /// Further elements, such as the expected string to sign.
    var elements: [(name: String, text: String)] = []

    static func == (left: StorageError, right: StorageError) -> Bool { left.xml == right.xml }

    static let accessDenied = StorageError(
        status: 403, code: "AccessDenied", message: "Access denied.",
        details: "Anonymous caller does not have storage.objects.get access to the Google Cloud Storage object.")
    static let noSuchBucket = StorageError(
        status: 404, code: "NoSuchBucket", message: "The specified bucket does not exist.")
    static let noSuchKey = StorageError(status: 404, code: "NoSuchKey", message: "The specified key does not exist.")
    static let methodNotAllowed = StorageError(
        status: 405, code: "MethodNotAllowed",
        message: "The specified method is not allowed against this resource.", details: "The sandbox only reads.")
    static let invalidRange = StorageError(
        status: 416, code: "InvalidRange", message: "The requested range cannot be satisfied.")
    static let tooSkewed = StorageError(
        status: 403, code: "RequestTimeTooSkewed",
        message: "The difference between the request time and the server's time is too large.")
    static let objectTooLong = StorageError(
        status: 501, code: "NotImplemented", message: "The object is longer than the sandbox serves.")

    /// The signature does not match the request.
    static func signatureDoesNotMatch(stringToSign: String, canonicalRequest: String) -> StorageError {
        StorageError(
            status: 403, code: "SignatureDoesNotMatch",
            message: "Access denied.",
            details: "The request signature we calculated does not match the signature you provided. "
                + "Check your Google secret key and signing method.",
            elements: [("StringToSign", stringToSign), ("CanonicalRequest", canonicalRequest)])
    }

    /// The signed URL has expired.
    static func expired(at end: Instant) -> StorageError {
        StorageError(
            status: 400, code: "ExpiredToken", message: "The provided token has expired.",
            details: "Request signature expired at: \(CivilTime(end).rfc3339)")
    }

    /// Part of the signature is malformed.
    static func malformed(_ parameter: String, _ details: String) -> StorageError {
        StorageError(
            status: 400, code: "MalformedSecurityHeader", message: "Your request has a malformed header.",
            details: details, elements: [("ParameterName", parameter)])
    }

    /// The XML document.
    var xml: String {
        var parts = [("Code", code), ("Message", message)]
        if !details.isEmpty { parts.append(("Details", details)) }
        for element in elements { parts.append((element.name, element.text)) }
        let inner = parts.map { "<\($0)>\(HTML.escape($1))</\($0)>" }.joined()
        return "<?xml version='1.0' encoding='UTF-8'?><Error>\(inner)</Error>"
    }

    /// The complete response.
    var response: Response {
        var response = Response(
            status: status,
            fields: ["Content-Type": "application/xml; charset=UTF-8", "Cache-Control": "private, max-age=0"],
            body: Array(xml.utf8))
        if status == 405 { response.fields.set("Allow", "GET, HEAD") }
        return response
    }
}
