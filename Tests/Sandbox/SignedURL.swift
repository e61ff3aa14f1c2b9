import Crypto
import HTTP
import Kernel

/// Verifies V4 signed URLs, written from Google's documentation.
///
/// Source: <https://cloud.google.com/storage/docs/authentication/canonical-requests>,
/// <https://cloud.google.com/storage/docs/authentication/signatures>
struct SignedURL {
    /// Query parameters, decoded, in their original order.
    private let query: [(name: String, value: String)]
    private let request: Request

    init(_ request: Request) throws(StorageError) {
        self.request = request
        var query: [(String, String)] = []
        for pair in request.query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decode(parts[0]),
                let value = PercentCoding.decode(parts.count > 1 ? parts[1] : "")
            else { throw .malformed("query", "The query is not properly encoded.") }
            query.append((name, value))
        }
        self.query = query
    }

    /// The maximum lifetime of a signed URL: seven days.
    private static let longestLife: Int64 = 604_800
    /// The allowed skew of the signer's clock into the future.
    private static let skew: Duration = .seconds(15 * 60)

    /// Verifies the URL for this request at `now`.
    ///
    /// - Throws: why it is not valid.
    func verify(_ settings: StorageSettings, at now: Instant) throws(StorageError) {
        guard let algorithm = parameter("X-Goog-Algorithm") else { throw .accessDenied }
        let date = try text("X-Goog-Date")
        guard let start = Instant(iso8601Basic: date) else {
            throw .malformed("X-Goog-Date", "The date is not of the form YYYYMMDDTHHMMSSZ.")
        }
        guard let life = Int64(try text("X-Goog-Expires")), (1...SignedURL.longestLife).contains(life) else {
            throw .malformed("X-Goog-Expires", "The expiry must be from 1 to 604800 seconds.")
        }
        guard start - SignedURL.skew <= now else { throw .tooSkewed }
        guard now < start + .seconds(life) else { throw .expired(at: start + .seconds(life)) }
        let credential = try credential(date)
        let signed = try signedHeaders()
        guard let signature = Hex.decode(try text("X-Goog-Signature")) else {
            throw .malformed("X-Goog-Signature", "The signature is not hexadecimal.")
        }
        let candidates = canonicalRequests(signed).map { canonical in
            (canonical, stringToSign(canonical, algorithm, date, credential.scope))
        }
        let holds = candidates.contains { _, text in
            SignedURL.holds(signature, of: Array(text.utf8), algorithm, credential, settings)
        }
        guard !holds, let first = candidates.first else { return }
        throw .signatureDoesNotMatch(stringToSign: first.1, canonicalRequest: first.0)
    }

    /// Returns a query parameter that is not part of the signature, such as `response-content-type`.
    func parameter(_ name: String) -> String? { query.first { equalIgnoringCase($0.name, name) }?.value }

    private func text(_ name: String) throws(StorageError) -> String {
        guard let text = parameter(name), !text.isEmpty else { throw .malformed(name, "The parameter is missing.") }
        return text
    }

    /// The signer and the scope: `<id>/<day>/<location>/storage/goog4_request`.
    private struct Credential {
        let id: String
        let scope: [String]
    }

    private func credential(_ date: String) throws(StorageError) -> Credential {
        let parts = try text("X-Goog-Credential").split(separator: "/", omittingEmptySubsequences: false)
            .map(String.init)
        guard parts.count >= 5, parts.suffix(2) == ["storage", "goog4_request"],
            parts[parts.count - 4] == date.prefix(8)
        else { throw .malformed("X-Goog-Credential", "The credential scope does not fit.") }
        return Credential(id: parts.dropLast(4).joined(separator: "/"), scope: Array(parts.suffix(4)))
    }

    private func signedHeaders() throws(StorageError) -> [String] {
        let names = try text("X-Goog-SignedHeaders").split(separator: ";").map(String.init)
        guard names.contains("host"), names == names.sorted(), names.allSatisfy({ $0 == $0.lowercased() }) else {
            throw .malformed("X-Goog-SignedHeaders", "The names must be sorted, in lower case, with host among them.")
        }
        return names
    }

    private func stringToSign(_ canonical: String, _ algorithm: String, _ date: String, _ scope: [String]) -> String {
        [algorithm, date, scope.joined(separator: "/"), Hex.encode(SHA256.hash(Array(canonical.utf8)))]
            .joined(separator: "\n")
    }

    private static func holds(
        _ signature: [UInt8], of text: [UInt8], _ algorithm: String, _ credential: Credential,
        _ settings: StorageSettings
    ) -> Bool {
        switch algorithm {
        case "GOOG4-HMAC-SHA256":
            guard let secret = settings.hmacKeys[credential.id] else { return false }
            let root = Secret("GOOG4" + secret.revealed())
            let key = credential.scope.reduce(root) { key, part in
                Secret(bytes: HMACSHA256.tag(key: key, Array(part.utf8)))
            }
            return ConstantTime.equal(signature, HMACSHA256.tag(key: key, text))
        case "GOOG4-RSA-SHA256":
            guard settings.serviceAccount.isEmpty || credential.id == settings.serviceAccount else { return false }
            return settings.publicKey?.verifies(signature, of: text) ?? false
        default: return false
        }
    }
}

// The canonical request.
extension SignedURL {
    /// Returns the canonical request with the host as received and, as Google's own libraries sign it, without its
    /// port.
    func canonicalRequests(_ names: [String]) -> [String] {
        let host = request.fields["host"] ?? ""
        let bare = host.hasPrefix("[") ? host : String(host.prefix { $0 != ":" })
        return (host == bare ? [host] : [host, bare]).map { canonicalRequest(names, host: $0) }
    }

    private func canonicalRequest(_ names: [String], host: String) -> String {
        let headers = names.map { name in "\(name):\(name == "host" ? host : header(name))\n" }
        let path = PercentCoding.decode(request.path).map { PercentCoding.encode($0, keeping: "/") } ?? request.path
        let payload = names.contains("x-goog-content-sha256") ? header("x-goog-content-sha256") : "UNSIGNED-PAYLOAD"
        return [
            request.method.rawValue, path, canonicalQuery, headers.joined(), names.joined(separator: ";"), payload,
        ].joined(separator: "\n")
    }

    /// All parameters but the signature, encoded and sorted.
    private var canonicalQuery: String {
        query.filter { !equalIgnoringCase($0.name, "X-Goog-Signature") }
            .map { (PercentCoding.encode($0.name), PercentCoding.encode($0.value)) }
            .sorted { Array($0.0.utf8).lexicographicallyPrecedes(Array($1.0.utf8)) }
            .map { "\($0)=\($1)" }.joined(separator: "&")
    }

    /// Returns a header's values, joined, trimmed and with single blanks.
    private func header(_ name: String) -> String {
        request.fields.values(name).map { value in
            value.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
        }.joined(separator: ",")
    }
}

extension Instant {
    /// Parses `YYYYMMDDTHHMMSSZ`; `nil` if it is not a time.
    init?(iso8601Basic text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
        let digits = bytes[..<8] + bytes[9..<15]
        guard digits.allSatisfy(\.isASCIIDigit) else { return nil }
        let number = { (range: Range<Int>) in
            Int64(bytes[range].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
        }
        let (year, month, day) = (number(0..<4), number(4..<6), number(6..<8))
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        // Days since 1970-03-01 in years that start in March, so that leap days come last.
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
        self.init(unixSeconds: days * 86_400 + number(9..<11) * 3_600 + number(11..<13) * 60 + number(13..<15))
        guard CivilTime(self).iso8601Basic == text else { return nil }
    }
}
