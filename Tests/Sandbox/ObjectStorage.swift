import EventLoop
import HTTP
import Kernel

/// The stand-in for Cloud Storage's XML API: one bucket, readable only with signed URLs.
///
/// Objects are served from memory, up to 64 MiB each.
struct ObjectStorage: Sendable {
    let settings: StorageSettings
    let clock: WallClock

    /// The path patterns for the request log.
    static let routes = ["/{bucket}/{object}", "/{bucket}/{folder}/{object}", "/{bucket}/{folder}/{folder}/{object}"]

    /// Returns the response to any request.
    @Loop
    func answer(_ request: Request) async -> Response {
        do throws(StorageError) {
            guard request.method == .get || request.method == .head else { throw .methodNotAllowed }
            let url = try SignedURL(request)
            try url.verify(settings, at: clock.now())
            let name = try objectName(request)
            let object = try await read(name)
            return try ObjectStorage.answer(request, url, name, object)
        } catch {
            return error.response
        }
    }

    /// Returns the object's name after `/{bucket}/`.
    private func objectName(_ request: Request) throws(StorageError) -> String {
        guard let path = PercentCoding.decode(request.path) else { throw .noSuchKey }
        let parts = path.dropFirst().split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard settings.bucket.isEmpty || parts[0] == settings.bucket else { throw .noSuchBucket }
        guard parts.count == 2, !parts[1].isEmpty else { throw .noSuchKey }
        return String(parts[1])
    }

    @Loop
    private func read(_ name: String) async throws(StorageError) -> StoredObject {
        let (folder, limit) = (settings.folder, settings.objectLimit)
        let result = await Loop.onWorker { () -> Result<StoredObject, StorageError> in
            Result { () throws(StorageError) in try StoredObject(name, in: folder, limit: limit) }
        }
        return try result.get()
    }

    private static func answer(
        _ request: Request, _ url: SignedURL, _ name: String, _ object: StoredObject
    ) throws(StorageError) -> Response {
        var fields: Fields = [
            "Content-Type": url.parameter("response-content-type") ?? StoredObject.mediaType(name),
            "ETag": object.etag, "Last-Modified": CivilTime(object.modified).httpDate, "Accept-Ranges": "bytes",
            "Cache-Control": "private, max-age=0", "x-goog-storage-class": "STANDARD",
            "x-goog-stored-content-length": String(object.bytes.count),
        ]
        if let disposition = url.parameter("response-content-disposition") {
            fields.append("Content-Disposition", disposition)
        }
        if request.fields["if-none-match"] == object.etag { return Response(status: 304, fields: fields) }
        switch range(request, object) {
        case .whole: return Response(status: 200, fields: fields, body: object.bytes)
        case .part(let range):
            fields.append("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(object.bytes.count)")
            return Response(status: 206, fields: fields, body: Array(object.bytes[range]))
        case .unsatisfiable:
            var response = StorageError.invalidRange.response
            response.fields.append("Content-Range", "bytes */\(object.bytes.count)")
            return response
        }
    }

    /// Returns the requested range; ignores it if `If-Range` names another version (RFC 9110 section 13.1.5).
    private static func range(_ request: Request, _ object: StoredObject) -> ByteRange {
        let condition = request.fields["if-range"] ?? object.etag
        guard condition == object.etag || condition == CivilTime(object.modified).httpDate else { return .whole }
        return ByteRange(request.method == .get ? request.fields["range"] : nil, of: object.bytes.count)
    }
}
