import Crypto
import EventLoop
import HTTP
import JSON
import Kernel

/// The access tokens issued by the stand-in for the metadata server.
struct IssuedTokens: Sendable {
    /// A token's lifetime in seconds.
    static let lifetime: Int64 = 3_599

    private var ends: [String: Instant] = [:]

    mutating func issue(at now: Instant) -> String {
        ends = ends.filter { now < $0.value }
        let token = "ya29.c." + Base64URL.encode(SecureRandom.bytes(48))
        ends[token] = now + .seconds(IssuedTokens.lifetime)
        return token
    }

    func hold(_ token: String, at now: Instant) -> Bool { ends[token].map { now < $0 } ?? false }

    mutating func revoke() { ends = [:] }
}

extension CloudStandIn {
    /// Issues a token to a local caller that sends the metadata server's header field.
    ///
    /// Source: <https://cloud.google.com/compute/docs/metadata/querying-metadata#security>
    func token(_ request: Request, _ trouble: Trouble?) throws(CloudError) -> Response {
        let path = "/computeMetadata/v1/instance/service-accounts/default/token"
        guard request.path == path || request.path == path + "/" else {
            throw CloudError(status: 404, reason: "NOT_FOUND")
        }
        guard request.method == .get else { throw CloudError(status: 405, reason: "METHOD_NOT_ALLOWED") }
        guard request.fields.values("metadata-flavor") == ["Google"], request.fields["x-forwarded-for"] == nil else {
            throw CloudError(status: 403, reason: "FORBIDDEN", message: "Missing Metadata-Flavor:Google header.")
        }
        guard !settings.serviceAccount.isEmpty else { throw CloudError(status: 404, reason: "NOT_FOUND") }
        count("tokens")
        var response = Response.json(
            .object([
                ("access_token", .string(tokens.issue(at: clock.now()))),
                ("expires_in", .integer(IssuedTokens.lifetime)), ("token_type", "Bearer"),
            ]))
        if trouble?.kind != .impostor { response.fields.append("Metadata-Flavor", "Google") }
        return response
    }

    /// Returns a service account's signature to an authorized caller.
    ///
    /// Source: <https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob>
    func signBlob(_ request: Request, _ path: [Substring]) throws(CloudError) -> Response {
        guard request.method == .post, path.count == 5, path[3] == "serviceAccounts", path[4].hasSuffix(":signBlob"),
            let account = PercentCoding.decode(path[4].dropLast(":signBlob".count))
        else { throw CloudError(status: 404, reason: "NOT_FOUND") }
        do throws(CloudError) { try authenticate(request) } catch {
            throw CloudError(status: 401, reason: "UNAUTHENTICATED")
        }
        guard path[2] == "-" else {
            throw CloudError(status: 400, reason: "INVALID_ARGUMENT", message: "The project must be the wildcard -.")
        }
        guard account == settings.serviceAccount, let key = settings.privateKey else {
            throw CloudError(status: 404, reason: "NOT_FOUND", message: "Gaia id not found for email \(account)")
        }
        let payload = try payload(request)
        do throws(CryptoFault) {
            let signature = try key.sign(payload)
            count("signatures")
            return .json(
                .object([("keyId", "0123456789abcdef"), ("signedBlob", .string(Base64.encode(signature)))]))
        } catch { throw CloudError(status: 500, reason: "INTERNAL") }
    }

    private func payload(_ request: Request) throws(CloudError) -> [UInt8] {
        guard request.fields["content-type"]?.hasPrefix("application/json") == true,
            let body = JSONValue(json: request.body), case .object(let members) = body,
            members.allSatisfy({ ["payload", "delegates"].contains($0.0) }),
            let payload = body["payload"].string.flatMap({ Base64.decode($0) }), !payload.isEmpty
        else {
            throw CloudError(
                status: 400, reason: "INVALID_ARGUMENT", message: "The body is payload in base64, and delegates.")
        }
        let start = "projects/-/serviceAccounts/"
        guard body["delegates"].isNull || body["delegates"].elements.allSatisfy({ $0.string?.hasPrefix(start) == true })
        else { throw CloudError(status: 400, reason: "INVALID_ARGUMENT", message: "delegates: \(start)… each.") }
        guard body["delegates"].elements.isEmpty else {
            throw CloudError(status: 403, reason: "PERMISSION_DENIED", message: "No delegation was granted.")
        }
        return payload
    }
}
