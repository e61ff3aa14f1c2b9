import Crypto
import EventLoop
import FoundationEssentials
import HTTP
import JSON
import Kernel

/// An object being uploaded and, once complete, its metadata document.
struct Upload: Sendable {
    let name: String
    let length: Int64?
    let md5Hash: String?
    let sha256: String?
    let mustBeNew: Bool
    var bytes: [UInt8] = []
    var resource: JSONValue?

    /// Every chunk but the last must be a multiple of this many bytes.
    static let granularity = 256 << 10
}

// The stand-in for resumable uploads.
//
// Source: <https://cloud.google.com/storage/docs/performing-resumable-uploads>
extension CloudStandIn {
    /// Starts an upload, or accepts a chunk of one.
    func upload(_ request: Request, _ path: [Substring], _ trouble: Trouble?) async throws(CloudError) -> Response {
        guard path.count == 6, path[1] == "storage", path[2] == "v1", path[3] == "b", path[5] == "o",
            let query = try? Form(request.query), query["uploadType"] == "resumable"
        else { throw .invalid("Only resumable uploads, of uploadType=resumable.") }
        try requireBucket(path[4])
        switch request.method {
        case .post: return try await begin(request, query)
        case .put: return try await receive(request, query["upload_id"] ?? "", trouble)
        default: throw CloudError(status: 405, reason: "METHOD_NOT_ALLOWED")
        }
    }

    private func begin(_ request: Request, _ query: Form) async throws(CloudError) -> Response {
        try authenticate(request)
        let resource = request.body.isEmpty ? .object([]) : JSONValue(json: request.body) ?? .null
        guard case .object = resource, let name = query["name"] ?? resource["name"].string,
            resource["name"].isNull || resource["name"].string == name
        else { throw .invalid("The object's name is missing, or there are two.") }
        let condition = query["ifGenerationMatch"]
        guard condition == nil || condition == "0" else { throw .invalid("ifGenerationMatch can be 0 alone here.") }
        let length = request.fields["x-upload-content-length"]
        guard length == nil || length.flatMap({ Int64($0) }) != nil else { throw .invalid("X-Upload-Content-Length") }
        if condition != nil, await stored(name) != nil { throw .exists }
        let id = Base64URL.encode(SecureRandom.bytes(32))
        uploads[id] = Upload(
            name: name, length: length.flatMap { Int64($0) }, md5Hash: resource["md5Hash"].string,
            sha256: resource["metadata"]["sha256"].string, mustBeNew: condition != nil)
        count("uploads")
        let target = "\(request.path)?uploadType=resumable&upload_id=\(id)"
        return Response(status: 200, fields: ["Location": "http://\(request.fields["host"] ?? "")\(target)"])
    }

    private func receive(_ request: Request, _ id: String, _ trouble: Trouble?) async throws(CloudError) -> Response {
        guard var upload = uploads[id] else { throw .noSession }
        if let resource = upload.resource { return .json(resource) }
        let range = try PieceRange(request.fields["content-range"] ?? "", request.body.count)
        guard upload.length == nil || upload.length == range.total else {
            throw .invalid("The length was another one.")
        }
        if let start = range.start {
            try take(request.body, at: start, of: range.total, isHalf: trouble?.kind == .half, into: &upload)
            uploads[id] = upload
        }
        guard Int64(upload.bytes.count) == range.total else {
            let kept: Fields = upload.bytes.isEmpty ? [:] : ["Range": "bytes=0-\(upload.bytes.count - 1)"]
            return Response(status: 308, fields: kept)
        }
        upload.resource = try await finish(upload, id, trouble)
        uploads[id] = upload
        return .json(upload.resource ?? .null)
    }

    /// Accepts a chunk; skips bytes already stored, and allows no gap.
    private func take(
        _ bytes: [UInt8], at start: Int64, of total: Int64, isHalf: Bool, into upload: inout Upload
    ) throws(CloudError) {
        let kept = Int64(upload.bytes.count)
        guard start <= kept else { throw .invalid("The next byte wanted is \(kept).") }
        guard start + Int64(bytes.count) == total || bytes.count % Upload.granularity == 0 else {
            throw .invalid("A piece that is not the last must be a multiple of 256 KiB.")
        }
        count("pieces")
        let half = bytes.count / 2 / Upload.granularity * Upload.granularity
        upload.bytes += (isHalf ? bytes.prefix(half) : bytes[...]).dropFirst(Int(kept - start))
        guard upload.bytes.count <= settings.objectLimit else { throw .invalid("Longer than the sandbox takes.") }
    }

    /// Creates the object if the checksum and the precondition hold.
    private func finish(_ upload: Upload, _ id: String, _ trouble: Trouble?) async throws(CloudError) -> JSONValue {
        let md5 = Base64.encode(MD5.hash(upload.bytes))
        guard upload.md5Hash == nil || upload.md5Hash == md5 else {
            uploads[id] = nil
            throw .invalid("Provided MD5 hash doesn't match calculated MD5 hash.")
        }
        if upload.mustBeNew, await stored(upload.name) != nil { throw .exists }
        let path = settings.folder + "/" + upload.name
        let parts = upload.name.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." || $0.utf8.contains(0) }) else {
            throw .invalid("A name that is no path of a file is not for the sandbox.")
        }
        let isWritten = await Loop.onWorker {
            let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try Data(upload.bytes).write(to: URL(filePath: path), options: .atomic)
                return true
            } catch { return false }
        }
        guard isWritten else { throw CloudError(status: 500, reason: "INTERNAL", message: "\(path) not written") }
        count("objects")
        notes[upload.name] = upload.sha256
        return resource(
            upload.name, upload.bytes, md5: trouble?.kind == .checksum ? Base64.encode(MD5.hash([])) : md5)
    }
}

/// A chunk's `Content-Range`: `bytes 0-9/20`, or `bytes */20` for none.
private struct PieceRange {
    let start: Int64?
    let total: Int64

    init(_ field: String, _ count: Int) throws(CloudError) {
        let parts = field.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].hasPrefix("bytes "), let total = Int64(parts[1]) else {
            throw .invalid("Content-Range is missing, or without the length of the whole.")
        }
        self.total = total
        if parts[0] == "bytes *" {
            guard count == 0 else { throw .invalid("A question has no body.") }
            start = nil
            return
        }
        let ends = parts[0].dropFirst(6).split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, last < total,
            last - first + 1 == Int64(count)
        else { throw .invalid("Content-Range does not fit the body.") }
        start = first
    }
}
