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

    @Test("is made with those around it, unless it is there or a file is in its place")
    func creates() throws {
        let folder = temporary + "folder-\(UInt64.random(in: .min ... .max))"
        defer { do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) } }
        try Folder.create(folder + "/a/b")
        try Folder.create(folder + "/a/b")
        try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: folder + "/a")
        try Folder.create(folder + "/link")
        try Folder.create(folder + "/link/c")
        #expect(try Set(Folder.names(folder + "/a")) == ["b", "c"])
        try Data().write(to: URL(filePath: folder + "/file"))
        #expect(throws: FileFault.self) { try Folder.create(folder + "/file") }
        #expect(throws: FileFault.self) { try Folder.create(folder + "/file/d") }
        #expect(FileKind(folder) == .folder && FileKind(folder + "/file") == .regular)
        #expect(FileKind(folder + "/link") == .other && FileKind("/dev/null") == .other)
        #expect(FileKind(folder + "/none") == nil)
        #expect(throws: FileFault.self) { try Folder.create("") }
    }

    @Test("a text is read without its byte order mark, and is UTF-8")
    func texts() throws {
        let folder = temporary + "folder-\(UInt64.random(in: .min ... .max))"
        try Folder.create(folder)
        defer { do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) } }
        let texts: [([UInt8], String?)] = [
            ([0xEF, 0xBB, 0xBF, 65], "A"), ([65, 0xC3, 0xA4], "Aä"), ([], ""), ([0xC3], nil),
        ]
        for (bytes, text) in texts {
            try Data(bytes).write(to: URL(filePath: folder + "/text"))
            #expect((try? FileReader.text(folder + "/text")) == text)
        }
        for path in [folder + "/none", folder + "/text/none"] {
            let fault = #expect(throws: FileFault.self) { try FileReader.text(path) }
            #expect(fault?.isMissing == true)
        }
        let fault = #expect(throws: FileFault.self) { try FileReader.text(folder) }
        #expect(fault?.isMissing == false)
    }

    @Test("the environment is read as Foundation reads it")
    func environment() {
        #expect(ProcessEnvironment.variables == ProcessInfo.processInfo.environment)
        #expect(ProcessEnvironment.variables["PATH"]?.isEmpty == false)
    }
}

private let temporary = "/tmp/latchkey-"
