import EventLoop
import HTTP
import JSON
import Kernel

// Controls of the stand-in for Google, at the storage's port. Bodies and answers are JSON.
//
// | Control | Body | What happens |
// | --- | --- | --- |
// | `GET /sandbox/state` | | how often what was done, the troubles that wait |
// | `POST /sandbox/reset` | | tokens, uploads, counts and troubles are forgotten; objects stay |
// | `POST /sandbox/revoke` | | no token that was given out holds any more |
// | `POST /sandbox/faults` | `{kind, calls, method, path, skip, ms}` | of the calls whose path begins with `path`, `skip` (0) pass and the next `calls` (1) meet `kind`: see `Trouble.Kind` |
extension CloudStandIn {
    /// Answers a control.
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

    /// The trouble that a call meets; the oldest goes first.
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
    /// What goes wrong.
    enum Kind: Equatable, Sendable {
        /// A refusal with this status before anything is done.
        case status(Int)
        /// Nothing is done, and the connection ends.
        case drop
        /// Everything is done, then the connection ends in the middle of the answer.
        case cut
        /// Everything is done, then no answer comes for `milliseconds`.
        case hang
        /// Of a piece of an upload the first half is kept, then the connection ends.
        case half
        /// A stored object is told with another checksum.
        case checksum
        /// The metadata server's answer lacks its mark, as an impostor's would.
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
    /// How many calls it meets.
    var calls: Int
    /// What the paths that it meets begin with.
    var path: String
    /// The method that it meets; empty for each.
    var method: String
    /// How many calls pass before.
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

    /// The refusal it stands for, for the kinds that do nothing else.
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

    /// What becomes of an answer that is ready.
    func spoil(_ response: Response) async -> Response {
        switch kind {
        case .cut, .half: return cutOff(response)
        case .hang:
            do throws(CancellationError) { try await Loop.sleep(for: .milliseconds(milliseconds)) } catch {
                // The caller is gone: there is nobody left to keep waiting.
            }
            return response
        case .status, .drop, .checksum, .impostor: return response
        }
    }
}
