import Crypto
import EventLoop
import HTTP
import JSON
import Kernel

// The stand-in for the JSON API's objects: the files of the folder.
//
// Source: <https://cloud.google.com/storage/docs/json_api/v1/objects/get>
extension CloudStandIn {
    /// Returns an object's metadata, or with `alt=media` its content.
    func object(_ request: Request, _ path: [Substring]) async throws(CloudError) -> Response {
        guard request.method == .get, path.count == 6, path[1] == "v1", path[4] == "o",
            let name = PercentCoding.decode(path[5]), let query = try? Form(request.query)
        else { throw .noObject }
        try authenticate(request)
        try requireBucket(path[3])
        guard let bytes = await stored(name) else { throw .noObject }
        guard query["alt"] == "media" else { return .json(resource(name, bytes, md5: Base64.encode(MD5.hash(bytes)))) }
        return Response(status: 200, fields: ["Content-Type": StoredObject.mediaType(name)], body: bytes)
    }

    /// Returns an object's bytes; `nil` if it does not exist.
    func stored(_ name: String) async -> [UInt8]? {
        let (folder, limit) = (settings.folder, settings.objectLimit)
        return await Loop.onWorker { try? StoredObject(name, in: folder, limit: limit).bytes }
    }

    /// Returns an object's metadata document.
    func resource(_ name: String, _ bytes: [UInt8], md5: String) -> JSONValue {
        .object([
            ("kind", "storage#object"), ("bucket", .string(settings.bucket)), ("name", .string(name)),
            ("size", .string(String(bytes.count))), ("md5Hash", .string(md5)), ("generation", "1"),
            ("contentType", .string(StoredObject.mediaType(name))),
            ("metadata", notes[name].map { .object([("sha256", .string($0))]) } ?? .object([])),
        ])
    }

    func requireBucket(_ name: Substring) throws(CloudError) {
        guard settings.bucket.isEmpty || name == settings.bucket else {
            throw CloudError(status: 404, reason: "notFound", message: "The specified bucket does not exist.")
        }
    }
}
