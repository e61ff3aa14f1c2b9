import Crypto
import EventLoop
import HTTP
import JSON
import Kernel

/// The stand-in for the parts of Google Cloud that a shop needs, on one port.
///
/// Those are Cloud Storage's XML API for buyers, its JSON API for publishing, IAM Credentials, and the metadata server.
@Loop
final class CloudStandIn {
    let settings: StorageSettings
    let clock: WallClock
    var tokens = IssuedTokens()
    var uploads: [String: Upload] = [:]
    /// The SHA-256 recorded for each object.
    var notes: [String: String] = [:]
    var counts: [String: Int64] = [:]
    var troubles: [Trouble] = []
    private let objects: ObjectStorage

    init(_ settings: StorageSettings, clock: WallClock = .system) {
        self.settings = settings
        self.clock = clock
        objects = ObjectStorage(settings: settings, clock: clock)
    }

    /// The path patterns for the request log.
    nonisolated static let routes =
        [
            "/upload/storage/v1/b/{bucket}/o", "/storage/v1/b/{bucket}/o/{object}",
            "/v1/projects/{project}/serviceAccounts/{account}",
            "/computeMetadata/v1/instance/service-accounts/default/token", "/sandbox/{control}",
            "/sandbox/{control}/{action}",
        ] + ObjectStorage.routes

    /// Returns the response to any request.
    func answer(_ request: Request) async -> Response {
        let path = request.pathSegments
        if path.first == "sandbox" { return control(request) }
        let trouble = takeTrouble(request)
        do throws(CloudError) {
            if let refusal = trouble?.refusal { throw refusal }
            if trouble?.kind == .drop { return cutOff(Response(status: 200)) }
            let response = try await route(request, path, trouble)
            return await trouble?.spoil(response) ?? response
        } catch { return error.response }
    }

    private func route(
        _ request: Request, _ path: [Substring], _ trouble: Trouble?
    ) async throws(CloudError) -> Response {
        switch path.first {
        case "computeMetadata": return try token(request, trouble)
        case "v1" where path.count > 1 && path[1] == "projects": return try signBlob(request, path)
        case "upload": return try await upload(request, path, trouble)
        case "storage" where path.count > 2 && path[2] == "b": return try await object(request, path)
        default: return await objects.answer(request)
        }
    }

    /// Throws unless the caller has a valid access token.
    func authenticate(_ request: Request) throws(CloudError) {
        let prefix = "Bearer "
        guard let field = request.fields["authorization"], field.hasPrefix(prefix) else { throw .anonymous }
        let token = String(field.dropFirst(prefix.count))
        let given = settings.accessToken.revealed()
        guard tokens.hold(token, at: clock.now()) || (!given.isEmpty && token == given) else { throw .badToken }
    }

    func count(_ what: String) { counts[what, default: 0] += 1 }
}

/// Returns a response that is cut off.
func cutOff(_ response: Response) -> Response {
    var response = response
    response.fields.set("Content-Length", String(response.body.count + 10))
    return response
}

/// An error in the form of Google's JSON APIs.
///
/// Source: <https://cloud.google.com/apis/design/errors>,
/// <https://cloud.google.com/storage/docs/json_api/v1/status-codes>
struct CloudError: Error, Equatable {
    var status: Int
    /// The error code, such as IAM's `INVALID_ARGUMENT` or Cloud Storage's `conditionNotMet`.
    var reason: String
    var message = "The stand-in for Google says no."

    static let anonymous = CloudError(status: 401, reason: "required", message: "Anonymous caller: no bearer token.")
    static let badToken = CloudError(status: 401, reason: "authError", message: "Invalid Credentials")
    static let noObject = CloudError(status: 404, reason: "notFound", message: "No such object.")
    static let noSession = CloudError(status: 404, reason: "notFound", message: "No such upload session.")
    static let exists = CloudError(
        status: 412, reason: "conditionNotMet",
        message: "At least one of the pre-conditions you specified did not hold.")

    static func invalid(_ message: String) -> CloudError {
        CloudError(status: 400, reason: "invalid", message: message)
    }

    var response: Response {
        .json(
            .object([
                (
                    "error",
                    .object([
                        ("code", .integer(Int64(status))), ("message", .string(message)),
                        reason == reason.uppercased()
                            ? ("status", .string(reason))
                            : ("errors", .array([.object([("domain", "global"), ("reason", .string(reason))])])),
                    ])
                )
            ]), status: status)
    }
}
