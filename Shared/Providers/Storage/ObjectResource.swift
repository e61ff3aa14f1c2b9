internal import Crypto
internal import HTTP
internal import JSON
internal import Kernel

/// An object's metadata in Cloud Storage.
///
/// Source: <https://cloud.google.com/storage/docs/json_api/v1/objects#resource>
package struct ObjectResource: Equatable, Sendable {
    /// Its name in the bucket.
    package let name: String
    /// Its length in bytes.
    package let size: Int64
    /// Its MD5, 16 bytes; `nil` for a composite object.
    package let md5: [UInt8]?
    /// Its SHA-256, 32 bytes, if the uploader recorded it.
    package let sha256: [UInt8]?

    /// Returns whether the content is identical to `object`'s, as far as the metadata tell.
    package func holds(_ object: NewObject) -> Bool {
        name == object.name && size == object.size && md5 == object.md5 && (sha256 ?? object.sha256) == object.sha256
    }
}

extension CloudRequest {
    /// Returns the request for an object's metadata; the response is `nil` if it does not exist.
    package static func object(_ name: String, in bucket: Bucket) -> Self where Answer == ObjectResource? {
        let fields = "fields=\(PercentCoding.encode(ObjectResource.fields))"
        return Self(.storage, .get, "\(bucket.objectURL(name))?\(fields)") { response throws(CloudFault) in
            if response.status == 404 { return nil }
            try requireSuccess(response)
            return try ObjectResource(json: response.body)
        }
    }

    /// Returns the request for an object's content; the response is `nil` if it does not exist.
    package static func content(_ name: String, in bucket: Bucket) -> Self where Answer == [UInt8]? {
        Self(.storage, .get, "\(bucket.objectURL(name))?alt=media") { response throws(CloudFault) in
            if response.status == 404 { return nil }
            try requireSuccess(response)
            return response.body
        }
    }
}

extension ObjectResource {
    /// The metadata members that we read.
    static let fields = "name,size,md5Hash,metadata"

    init(json body: [UInt8]) throws(CloudFault) {
        let document = try read(ObjectDocument.self, from: body)
        // Google's JSON represents 64-bit integers as strings.
        guard let size = Int64(document.size), size >= 0 else { throw .malformedAnswer(field: "size") }
        self.init(
            name: document.name, size: size, md5: document.md5Hash.flatMap { Base64.decode($0) },
            sha256: document.metadata?["sha256"].flatMap { Hex.decode($0) })
    }
}

extension Bucket {
    /// Returns the JSON API's URL of an object.
    fileprivate func objectURL(_ name: String) -> String {
        "\(base.text)/storage/v1/b/\(PercentCoding.encode(self.name))/o/\(PercentCoding.encode(name))"
    }
}

private struct ObjectDocument: JSONReadable {
    let name: String
    let size: String
    let md5Hash: String?
    let metadata: [String: String]?

    init(json node: JSONNode) throws(MalformedDocument) {
        name = try node.required("name")
        size = try node.required("size")
        md5Hash = try node.optional("md5Hash")
        metadata = try node.optional("metadata")
    }
}
