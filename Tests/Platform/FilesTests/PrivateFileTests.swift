import Files
import FoundationEssentials
import Testing

@Suite("Private files")
struct PrivateFileTests {
    @Test("are readable only by their owner, appended at the end, and never replace a file")
    func file() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/latchkey-\(UInt64.random(in: .min ... .max))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try PrivateFile.createFolder(folder)
        #expect(throws: FileFault.self) { try PrivateFile.createFolder(folder) }
        let path = folder + "/a"
        try PrivateFile.create(path)
        try PrivateFile.append([1, 2], to: path)
        try PrivateFile.append([3], to: path)
        try PrivateFile.sync(path)
        try PrivateFile.sync(folder)
        #expect(try FileReader.whole(path) == [1, 2, 3])
        for (item, mode) in [(folder, 0o700), (path, 0o600)] {
            #expect(try FileManager.default.attributesOfItem(atPath: item)[.posixPermissions] as? Int == mode)
        }
        #expect(throws: FileFault.self) { try PrivateFile.create(path) }
        try FileManager.default.createSymbolicLink(atPath: folder + "/b", withDestinationPath: folder + "/c")
        #expect(throws: FileFault.self) { try PrivateFile.create(folder + "/b") }
        #expect(throws: FileFault.self) { try PrivateFile.append([4], to: folder + "/nothing") }
        #expect(!FileManager.default.fileExists(atPath: folder + "/c"))
    }
}
