import Files
import FoundationEssentials
import Testing

@Suite("Folder")
struct FolderTests {
    @Test("lists its names, and a file is read whole up to the limit")
    func reads() throws {
        let folder = temporary + "folder-\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) } }
        let content = [UInt8](repeating: 65, count: 300_000)
        try Data(content).write(to: URL(filePath: folder + "/ä.txt"))
        try Data().write(to: URL(filePath: folder + "/empty"))
        #expect(try Set(Folder.names(folder)) == ["ä.txt", "empty"])
        #expect(try FileReader.whole(folder + "/ä.txt") == content)
        #expect(try FileReader.whole(folder + "/empty") == [])
        #expect(throws: FileFault.self) { try FileReader.whole(folder + "/ä.txt", limit: 299_999) }
        #expect(throws: FileFault.self) { try FileReader.whole(folder) }
        #expect(throws: FileFault.self) { try Folder.names(folder + "/none") }
    }

    @Test("the environment is read as Foundation reads it")
    func environment() {
        #expect(ProcessEnvironment.variables == ProcessInfo.processInfo.environment)
        #expect(ProcessEnvironment.variables["PATH"]?.isEmpty == false)
    }
}

private let temporary = "/tmp/latchkey-"
