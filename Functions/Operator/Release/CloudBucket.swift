import Crypto
import EventLoop
import Files
import Kernel
import Storage
import StorageClient

/// A bucket of Cloud Storage, written with the access token of whoever publishes.
///
/// What lies there is never replaced: every object is made on the condition that there be none of its name. Publishing so
/// needs the rights to create and to read objects, and none to delete them.
@Loop
struct CloudBucket: ReleaseBucket {
    let bucket: Bucket
    let client: CloudClient

    nonisolated var name: String { bucket.name }

    func manifest(_ object: String) async throws(CommandFault) -> ReleaseManifest? {
        let content = try await mapError({ fault($0) }, await client.send(.content(object, in: bucket)))
        guard let content else { return nil }
        do throws(ReleaseManifest.Fault) { return try ReleaseManifest(json: content) } catch {
            throw .failed("\(bucket.name)/\(object) is no manifest: what lies there was not published by this program")
        }
    }

    func put(
        _ source: ReleaseSource, _ expected: FileDigest, progress: @Loop (Int64) -> Void
    ) async throws(CommandFault) -> BucketChange {
        let (path, name) = (source.path, source.object.description)
        let md5 = try await offLoop { () throws(CommandFault) in try CloudBucket.checksum(of: path, expected) }
        let object = NewObject(name: name, size: expected.size, md5: md5, sha256: expected.sha256)
        if let known = try await known(name) { return try unchanged(known, object) }
        do throws(UploadFault<FileFault>) {
            try await ObjectUpload(client, into: bucket)(object, progress: progress) {
                offset, count throws(FileFault) in try FileReader.part(path, from: offset, count: count)
            }
            return .copied
        } catch {
            // Somebody else was quicker, or the answer to our own last piece was lost on its way.
            if error == .exists, let known = try await known(name) { return try unchanged(known, object) }
            throw fault(error, object, path)
        }
    }

    func put(_ object: String, _ bytes: [UInt8]) async throws(CommandFault) {
        let new = NewObject(
            name: object, size: Int64(bytes.count), md5: MD5.hash(bytes), sha256: SHA256.hash(bytes))
        do throws(UploadFault<Never>) {
            try await ObjectUpload(client, into: bucket)(new) { offset, count in
                Array(bytes[Int(offset)..<Int(offset) + count])
            }
        } catch {
            if error == .exists, let known = try await known(object) {
                _ = try unchanged(known, new)
                return
            }
            throw fault(error, new, object)
        }
    }

    private func known(_ object: String) async throws(CommandFault) -> ObjectResource? {
        try await mapError({ fault($0) }, await client.send(.object(object, in: bucket)))
    }

    private func unchanged(_ known: ObjectResource, _ object: NewObject) throws(CommandFault) -> BucketChange {
        guard known.holds(object) else {
            throw .failed(
                "\(bucket.name)/\(object.name) is there already with other content and stays as it is: publish these "
                    + "files as a new version")
        }
        return .unchanged
    }

    /// The file's MD5, which is what Cloud Storage knows an object by; blocks.
    private nonisolated static func checksum(of path: String, _ expected: FileDigest) throws(CommandFault) -> [UInt8] {
        var checksum = MD5()
        let digest: FileDigest
        do throws(FileFault) {
            digest = try FileDigest(of: path) { piece throws(FileFault) in checksum.update(piece.span) }
        } catch { throw .failed("\(path) cannot be read: \(error)") }
        guard digest == expected else { throw .changed(path) }
        return checksum.finish()
    }
}

extension CommandFault {
    /// The file is another one than a moment ago.
    static func changed(_ path: String) -> CommandFault {
        .failed("\(path) changed while it was read; nothing was published")
    }
}

extension CloudBucket {
    private func fault<SourceFault>(
        _ fault: UploadFault<SourceFault>, _ object: NewObject, _ path: String
    ) -> CommandFault {
        switch fault {
        case .source(let fault): .failed("\(path) cannot be read: \(fault)")
        case .tooShort: .changed(path)
        case .call(.answered(.storage, .refused)):
            .failed(
                "\(path) arrived as something else than was measured: it changed meanwhile, or was harmed on its way; "
                    + "nothing was published")
        case .exists:
            .failed("\(bucket.name)/\(object.name) came and went while it was written: look who else writes there")
        case .lost:
            .failed("Cloud Storage forgot the upload of \(object.name), again and again; publish again later")
        case .altered:
            .failed(
                "\(bucket.name)/\(object.name) was stored with another checksum than was sent; nothing was published. "
                    + "Delete it, then publish again")
        case .call(let fault): self.fault(fault)
        }
    }

    private func fault(_ fault: CloudCallFault) -> CommandFault {
        switch fault {
        case .answered(.storage, .unauthenticated):
            .failed(
                "the access token is not accepted: set GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth print-access-token), "
                    + "publish again, and what has arrived is not sent twice")
        case .answered(.storage, .forbidden):
            .failed(
                "\(fault): whoever publishes needs roles/storage.objectCreator and roles/storage.objectViewer on "
                    + "the bucket \(bucket.name)")
        case .answered(.storage, .notFound): .failed("there is no bucket \(bucket.name) at \(bucket.origin)")
        case .unreachable(.metadata, _), .answered(.metadata, _):
            .failed(
                "\(fault): outside Google Cloud set GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth print-access-token)")
        case .unreachable, .answered: .failed("\(fault); publish again, and what has arrived is not sent twice")
        }
    }
}
