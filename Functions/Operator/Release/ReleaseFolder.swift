import Files
import Storage

/// A file to be published.
struct ReleaseSource: Equatable, Sendable {
    /// Where it lies on this machine.
    let path: String
    /// Where it shall lie in the bucket.
    let object: ObjectName
}

/// A folder that holds a release as `<platform>/<file>`.
enum ReleaseFolder {
    /// The files in it, by platform and name; blocks while it reads.
    ///
    /// Names that begin with a dot are passed over: systems leave such files in folders by themselves.
    ///
    /// - Throws: what lies where nothing may lie, and names that cannot be published, all of them together.
    static func files(in folder: String, product: String, version: String) throws(CommandFault) -> [ReleaseSource] {
        var files: [ReleaseSource] = []
        var faults: [String] = []
        for platform in try names(in: folder) {
            guard FileKind("\(folder)/\(platform)") == .folder else {
                faults.append("\(platform) is not a folder: expected \(folder)/<platform>/<file>")
                continue
            }
            for name in try names(in: "\(folder)/\(platform)") {
                let path = "\(folder)/\(platform)/\(name)"
                if FileKind(path) != .regular {
                    faults.append("\(platform)/\(name) is not a regular file: pack folders into one file")
                } else if let object = ObjectName(product: product, version: version, platform: platform, file: name),
                    platform != "manifest.json"
                {
                    files.append(ReleaseSource(path: path, object: object))
                } else {
                    faults.append(
                        "\(platform)/\(name) cannot be published under this name: use ASCII letters, digits and . _ - +"
                    )
                }
            }
        }
        faults += doubles(files)
        guard faults.isEmpty else { throw .failed(faults.joined(separator: "\n")) }
        guard !files.isEmpty else { throw .failed("no files in \(folder): expected \(folder)/<platform>/<file>") }
        return files
    }

    /// A download link names a file without its platform.
    private static func doubles(_ files: [ReleaseSource]) -> [String] {
        Dictionary(grouping: files, by: \.object.file).filter { $0.value.count > 1 }.keys.sorted().map {
            "\($0) lies in two folders: give every platform's file a name of its own"
        }
    }

    private static func names(in folder: String) throws(CommandFault) -> [String] {
        do {
            return try Folder.names(folder).filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            throw .failed("\(folder) is not a folder that can be read")
        }
    }
}
