internal import Crypto
internal import HTTP
import JSON
internal import Kernel

/// An object that shall be stored.
package struct NewObject: Equatable, Sendable {
    /// Its name in the bucket.
    package let name: String
    /// Its media type.
    package let contentType: String
    /// Its length in bytes.
    package let size: Int64
    /// Its MD5, which Cloud Storage compares before the object exists.
    package let md5: [UInt8]
    /// Its SHA-256, noted beside it.
    package let sha256: [UInt8]

    /// Takes the parts as they are; the media type is the name's.
    package init(name: String, size: Int64, md5: [UInt8], sha256: [UInt8]) {
        self.name = name
        self.size = size
        self.md5 = md5
        self.sha256 = sha256
        contentType = NewObject.contentType(name)
    }

    private static func contentType(_ name: String) -> String {
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

/// Where an object's bytes are sent; its URL alone lets whoever has it write the object, so it is shown nowhere.
package struct UploadSession: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    fileprivate let url: String

    package var description: String { "<upload session>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// How far an upload has come.
package enum UploadState: Equatable, Sendable {
    /// So many bytes from the start on are kept; the next one is wanted.
    case incomplete(kept: Int64)
    /// The object is there.
    case complete(ObjectResource)
}

/// A resumable upload, step by step.
///
/// Source: <https://cloud.google.com/storage/docs/performing-resumable-uploads>
package enum ResumableUpload {
    /// Every part but the last must be a multiple of this.
    package static let granularity = 256 * 1024

    /// Begins one, of an object that must not exist yet: neither now nor when its last byte has come.
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
            // Bytes go nowhere but to where the token went.
            guard let url = response.fields["Location"], url.hasPrefix("\(origin)/") else {
                throw .malformedAnswer(field: "Location")
            }
            return UploadSession(url: url)
        }
    }

    /// Sends the bytes from `offset` on; unless they are the last, their number is a multiple of `granularity`.
    package static func send(
        _ bytes: [UInt8], from offset: Int64, of size: Int64, to session: UploadSession
    ) -> CloudRequest<UploadState> {
        step(session, size, "bytes \(offset)-\(offset + Int64(bytes.count) - 1)/\(size)", bytes)
    }

    /// Asks how much has been kept.
    package static func state(of session: UploadSession, size: Int64) -> CloudRequest<UploadState> {
        step(session, size, "bytes */\(size)", [])
    }

    /// The session's URL is the permission, so no token goes along: one that is over would end an upload that is not.
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

    /// `bytes=0-42` means 43 bytes; without the field nothing was kept.
    private static func kept(_ range: String?, of size: Int64) throws(CloudFault) -> Int64 {
        guard let range else { return 0 }
        let start = "bytes=0-"
        guard range.hasPrefix(start), let last = Int64(range.dropFirst(start.count)), (0..<size).contains(last) else {
            throw .malformedAnswer(field: "Range")
        }
        return last + 1
    }
}
