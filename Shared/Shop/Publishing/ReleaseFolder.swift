import Files
package import Storage

/// A file to be published.
package struct ReleaseSource: Equatable, Sendable {
    /// Its path on this machine.
    package let path: String
    /// Its object name in the bucket.
    package let object: ObjectName
}

/// Why a folder cannot be published.
package enum ReleaseFolderFault: Error, Equatable, Sendable {
    /// The folder cannot be read.
    case unreadable(folder: String)
    /// The folder has no files to publish.
    case empty(folder: String)
    /// The folder contains entries that cannot be published; all of them are listed.
    case defects([ReleaseFolderDefect], folder: String)
}

/// An entry of a folder that cannot be published.
package enum ReleaseFolderDefect: Equatable, Sendable {
    /// An entry that should be a platform's folder is something else.
    case notFolder(String)
    /// A platform's folder contains something other than a regular file.
    case notFile(platform: String, name: String)
    /// The name is not valid in the bucket.
    case badName(platform: String, name: String)
    /// Two platforms have a file with this name; a download link names a file without its platform.
    case sameName(String)
}

/// A folder that contains a release as `<platform>/<file>`.
package enum ReleaseFolder {
    /// Returns the files, sorted by platform and name; blocks while it reads.
    ///
    /// Names that begin with a dot are ignored, because systems add such files by themselves. Symbolic links are not
    /// followed.
    ///
    /// - Throws: all entries that cannot be published, together.
    package static func files(
        in folder: String, product: String, version: String
    ) throws(ReleaseFolderFault) -> [ReleaseSource] {
        var files: [ReleaseSource] = []
        var defects: [ReleaseFolderDefect] = []
        for platform in try names(in: folder) {
            guard FileKind("\(folder)/\(platform)") == .folder else {
                defects.append(.notFolder(platform))
                continue
            }
            for name in try names(in: "\(folder)/\(platform)") {
                let path = "\(folder)/\(platform)/\(name)"
                if FileKind(path) != .regular {
                    defects.append(.notFile(platform: platform, name: name))
                } else if let object = ObjectName(product: product, version: version, platform: platform, file: name),
                    platform != "manifest.json"
                {
                    files.append(ReleaseSource(path: path, object: object))
                } else {
                    defects.append(.badName(platform: platform, name: name))
                }
            }
        }
        defects += doubles(files)
        guard defects.isEmpty else { throw .defects(defects, folder: folder) }
        guard !files.isEmpty else { throw .empty(folder: folder) }
        return files
    }

    private static func doubles(_ files: [ReleaseSource]) -> [ReleaseFolderDefect] {
        Dictionary(grouping: files, by: \.object.file).filter { $0.value.count > 1 }.keys.sorted().map { .sameName($0) }
    }

    private static func names(in folder: String) throws(ReleaseFolderFault) -> [String] {
        do { return try Folder.names(folder).filter { !$0.hasPrefix(".") }.sorted() } catch {
            throw .unreadable(folder: folder)
        }
    }
}
