internal import Crypto
internal import HTTP
import JSON
internal import Kernel

/// An object to upload.
package struct NewObject: Equatable, Sendable {
    /// Its name in the bucket.
    package let name: String
    /// Its media type.
    package let contentType: String
    /// Its length in bytes.
    package let size: Int64
    /// Its MD5, which Cloud Storage verifies before the object exists.
    package let md5: [UInt8]
    /// Its SHA-256, stored as metadata.
    package let sha256: [UInt8]

    /// Creates an object; the media type is derived from the name.
    package init(name: String, size: Int64, md5: [UInt8], sha256: [UInt8]) {
        self.name = name
        self.size = size
        self.md5 = md5
        self.sha256 = sha256
        contentType = NewObject.contentType(name)
    }

    /// Returns the media type of a file, by its name.
    package static func contentType(_ name: String) -> String {
        switch name.split(separator: ".").last {
        case "zip": "application/zip"
        case "json": "application/json"
        case "pdf": "application/pdf"
        case "txt": "text/plain; charset=utf-8"
        case "dmg": "application/x-apple-diskimage"
        default: "application/octet-stream"
        }
    }
}

/// The session of a resumable upload; its URL alone gives write access to the object, so it is never shown.
package struct UploadSession: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    fileprivate let url: String

    package var description: String { "<upload session>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The state of an upload.
package enum UploadState: Equatable, Sendable {
    /// The first `kept` bytes are stored; the upload continues after them.
    case incomplete(kept: Int64)
    /// The object exists.
    case complete(ObjectResource)
}

/// The steps of a resumable upload.
///
/// Source: <https://cloud.google.com/storage/docs/performing-resumable-uploads>
package enum ResumableUpload {
    /// Every chunk but the last must be a multiple of this many bytes.
    package static let granularity = 256 * 1024

    /// Starts an upload of an object that must not exist, neither now nor when the last byte arrives.
    package static func begin(_ object: NewObject, in bucket: Bucket) -> CloudRequest<UploadSession> {
        var query = Form()
        for (name, value) in [
            ("uploadType", "resumable"), ("name", object.name), ("ifGenerationMatch", "0"),
            ("fields", ObjectResource.fields),
        ] { query.append(name, value) }
        let url = "\(bucket.base.text)/upload/storage/v1/b/\(PercentCoding.encode(bucket.name))/o?\(query.encoded)"
        let resource = JSONValue.object([
            ("name", .string(object.name)), ("contentType", .string(object.contentType)),
            ("md5Hash", .string(Base64.encode(object.md5))),
            ("metadata", .object([("sha256", .string(Hex.encode(object.sha256)))])),
        ])
        let fields: Fields = [
            "Content-Type": "application/json; charset=utf-8", "X-Upload-Content-Type": object.contentType,
            "X-Upload-Content-Length": String(object.size),
        ]
        let origin = bucket.base.text
        return CloudRequest(.storage, .post, url, fields: fields, body: resource.utf8) {
            response throws(CloudFault) in
            try requireSuccess(response)
            // The content goes only to the origin that received the token.
            guard let url = response.fields["Location"], url.hasPrefix("\(origin)/") else {
                throw .malformedAnswer(field: "Location")
            }
            return UploadSession(url: url)
        }
    }

    /// Uploads the bytes from `offset`; unless they are the last, their number must be a multiple of `granularity`.
    package static func send(
        _ bytes: [UInt8], from offset: Int64, of size: Int64, to session: UploadSession
    ) -> CloudRequest<UploadState> {
        step(session, size, "bytes \(offset)-\(offset + Int64(bytes.count) - 1)/\(size)", bytes)
    }

    /// Queries how many bytes are stored.
    package static func state(of session: UploadSession, size: Int64) -> CloudRequest<UploadState> {
        step(session, size, "bytes */\(size)", [])
    }

    /// Returns the request for one step; it carries no token, because the session's URL is the permission and an
    /// expired token would end a valid upload.
    private static func step(
        _ session: UploadSession, _ size: Int64, _ range: String, _ bytes: [UInt8]
    ) -> CloudRequest<UploadState> {
        CloudRequest(
            .storage, .put, session.url, fields: ["Content-Range": range], body: bytes, needsToken: false
        ) { response throws(CloudFault) in
            if response.status == 308 { return .incomplete(kept: try kept(response.fields["Range"], of: size)) }
            try requireSuccess(response)
            return .complete(try ObjectResource(json: response.body))
        }
    }

    /// Reads `Range`: `bytes=0-42` means 43 bytes; without the field nothing is stored.
    private static func kept(_ range: String?, of size: Int64) throws(CloudFault) -> Int64 {
        guard let range else { return 0 }
        let start = "bytes=0-"
        guard range.hasPrefix(start), let last = Int64(range.dropFirst(start.count)), (0..<size).contains(last) else {
            throw .malformedAnswer(field: "Range")
        }
        return last + 1
    }
}
