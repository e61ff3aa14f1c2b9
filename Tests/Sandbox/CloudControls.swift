import EventLoop
import HTTP
import JSON
import Kernel

// The control API of the stand-in for Google, on the storage's port. Bodies and responses are JSON.
//
// | Control | Body | What happens |
// | --- | --- | --- |
// | `GET /sandbox/state` | | returns the counters and the pending troubles |
// | `POST /sandbox/reset` | | forgets tokens, uploads, counters and troubles; objects stay |
// | `POST /sandbox/revoke` | | revokes all issued tokens |
// | `POST /sandbox/faults` | `{kind, calls, method, path, skip, ms}` | of the calls whose path starts with `path`, `skip` (0) pass and the next `calls` (1) meet `kind`: see `Trouble.Kind` |
extension CloudStandIn {
    /// Handles a control request.
    func control(_ request: Request) -> Response {
        switch (request.method, request.pathSegments.dropFirst().first) {
        case (.get, "state"): break
        case (.post, "reset"):
            (tokens, uploads, counts, troubles) = (IssuedTokens(), [:], [:], [])
        case (.post, "revoke"): tokens.revoke()
        case (.post, "faults"):
            guard let trouble = Trouble(JSONValue(json: request.body) ?? .null) else {
                return .json(.object([("error", "kind, calls, skip or ms cannot be")]), status: 400)
            }
            troubles.append(trouble)
        default: return .json(.object([("error", "There is no such control.")]), status: 404)
        }
        let counted = counts.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.integer($0.value)) }
        return .json(.object(counted + [("troubles", .integer(Int64(troubles.count)))]))
    }

    /// Takes the trouble that a call meets, the oldest first.
    func takeTrouble(_ request: Request) -> Trouble? {
        guard let index = troubles.firstIndex(where: { $0.isMet(by: request) }) else { return nil }
        guard troubles[index].skip == 0 else {
            troubles[index].skip -= 1
            return nil
        }
        let trouble = troubles[index]
        troubles[index].calls -= 1
        if troubles[index].calls <= 0 { troubles.remove(at: index) }
        return trouble
    }
}

/// A trouble that the stand-in for Google makes on request.
struct Trouble: Equatable, Sendable {
    /// The kind of trouble.
    enum Kind: Equatable, Sendable {
        /// An error with this status, without effect.
        case status(Int)
        /// The connection closes, without effect.
        case drop
        /// The call takes effect, then the connection closes in the middle of the response.
        case cut
        /// The call takes effect, then the response is delayed by `milliseconds`.
        case hang
        /// The first half of an upload's chunk is stored, then the connection closes.
        case half
        /// A stored object is reported with a wrong checksum.
        case checksum
        /// The metadata server's response lacks its header field, as an impostor's would.
        case impostor

        init?(_ name: String) {
            switch name {
            case "drop": self = .drop
            case "cut": self = .cut
            case "hang": self = .hang
            case "half": self = .half
            case "checksum": self = .checksum
            case "impostor": self = .impostor
            default:
                guard let status = Int(name), (400...599).contains(status) else { return nil }
                self = .status(status)
            }
        }
    }

    var kind: Kind
    /// The number of calls that meet it.
    var calls: Int
    /// The path prefix of those calls.
    var path: String
    /// The method of those calls; empty for any.
    var method: String
    /// The number of calls that pass before.
    var skip: Int
    var milliseconds: Int

    init?(_ body: JSONValue) {
        let name = body["kind"].string ?? body["kind"].integer.map(String.init) ?? ""
        let (calls, milliseconds) = (body["calls"].integer ?? 1, body["ms"].integer ?? 60_000)
        let skip = body["skip"].integer ?? 0
        guard let kind = Kind(name), (1...10_000).contains(calls), (0...10_000).contains(skip),
            (0...600_000).contains(milliseconds)
        else { return nil }
        self.kind = kind
        self.calls = Int(calls)
        self.milliseconds = Int(milliseconds)
        self.skip = Int(skip)
        path = body["path"].string ?? "/"
        method = body["method"].string ?? ""
    }

    func isMet(by request: Request) -> Bool {
        request.path.hasPrefix(path) && (method.isEmpty || method == request.method.rawValue)
    }

    /// The error it responds with, for the kinds without any other effect.
    var refusal: CloudError? {
        guard case .status(let status) = kind else { return nil }
        let reason =
            switch status {
            case 401: "UNAUTHENTICATED"
            case 403: "PERMISSION_DENIED"
            case 429: "RESOURCE_EXHAUSTED"
            default: "UNAVAILABLE"
            }
        return CloudError(status: status, reason: reason)
    }

    /// Returns the finished response as changed by the trouble.
    func spoil(_ response: Response) async -> Response {
        switch kind {
        case .cut, .half: return cutOff(response)
        case .hang:
            do throws(CancellationError) { try await Loop.sleep(for: .milliseconds(milliseconds)) } catch {
                // The caller is gone.
            }
            return response
        case .status, .drop, .checksum, .impostor: return response
        }
    }
}
