import Crypto
package import EventLoop
package import Files
package import Storage
package import StorageClient

/// A Cloud Storage bucket, written with the publisher's own access token.
///
/// No object is ever replaced: each is created on the condition that its name does not exist. Publishing therefore
/// needs permission to create and read objects, but not to delete them.
@Loop
package struct CloudBucket: ReleaseBucket {
    private let bucket: Bucket
    private let client: CloudClient

    /// Creates a bucket that is accessed through `client`.
    package init(_ bucket: Bucket, _ client: CloudClient) {
        self.bucket = bucket
        self.client = client
    }

    package nonisolated var name: String { bucket.name }

    package func manifest(_ object: String) async throws(PublishFault) -> ReleaseManifest? {
        let content: [UInt8]?
        do { content = try await client.send(.content(object, in: bucket)) } catch { throw fault(error) }
        guard let content else { return nil }
        do { return try ReleaseManifest(json: content) } catch { throw .notManifest(place: place(object)) }
    }

    package func put(
        _ source: ReleaseSource, _ expected: FileDigest, progress: @Loop (Int64) -> Void
    ) async throws(PublishFault) -> BucketChange {
        let (path, name) = (source.path, source.object.description)
        let md5 = try await Loop.onWorker { () throws(PublishFault) in try CloudBucket.checksum(of: path, expected) }
        let object = NewObject(name: name, size: expected.size, md5: md5, sha256: expected.sha256)
        if let known = try await known(name) { return try unchanged(known, object) }
        do throws(UploadFault<FileFault>) {
            try await ObjectUpload(client, into: bucket)(object, progress: progress) {
                offset, count throws(FileFault) in try FileReader.part(path, from: offset, count: count)
            }
            return .copied
        } catch {
            // Another publisher was faster, or the response to our last chunk was lost.
            if error == .exists, let known = try await known(name) { return try unchanged(known, object) }
            throw fault(error, object, path)
        }
    }

    package func put(_ object: String, _ bytes: [UInt8]) async throws(PublishFault) {
        let new = NewObject(
            name: object, size: Int64(bytes.count), md5: MD5.hash(bytes), sha256: SHA256.hash(bytes))
        do throws(UploadFault<FileFault>) {
            try await ObjectUpload(client, into: bucket)(new) { offset, count throws(FileFault) in
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

    private func known(_ object: String) async throws(PublishFault) -> ObjectResource? {
        do { return try await client.send(.object(object, in: bucket)) } catch { throw fault(error) }
    }

    private func unchanged(_ known: ObjectResource, _ object: NewObject) throws(PublishFault) -> BucketChange {
        guard known.holds(object) else { throw .storage(.otherObject(place: place(object.name))) }
        return .unchanged
    }

    /// Returns the file's MD5, by which Cloud Storage identifies an object's content; blocks.
    private nonisolated static func checksum(of path: String, _ expected: FileDigest) throws(PublishFault) -> [UInt8] {
        var checksum = MD5()
        let digest: FileDigest
        do {
            digest = try FileDigest(of: path) { piece throws(FileFault) in checksum.update(piece.span) }
        } catch { throw .unreadable(path: path, error) }
        guard digest == expected else { throw .changed(path: path) }
        return checksum.finish()
    }

    private func place(_ object: String) -> String { "\(bucket.name)/\(object)" }

    private func fault(_ fault: UploadFault<FileFault>, _ object: NewObject, _ path: String) -> PublishFault {
        switch fault {
        case .source(let fault): .unreadable(path: path, fault)
        case .tooShort: .changed(path: path)
        case .exists: .storage(.vanished(place: place(object.name)))
        case .lost: .storage(.sessionsLost(object: object.name))
        case .altered: .storage(.altered(place: place(object.name)))
        case .call(.answered(.storage, .refused)): .storage(.rejected(path: path))
        case .call(let fault): self.fault(fault)
        }
    }

    private func fault(_ fault: CloudCallFault) -> PublishFault {
        .storage(.call(fault, bucket: bucket.name, origin: bucket.origin))
    }
}
