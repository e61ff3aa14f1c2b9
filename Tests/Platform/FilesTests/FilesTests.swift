import Crypto
import Files
import FoundationEssentials
import Testing

@Suite("Files")
struct FilesTests {
    private let path = FileManager.default.temporaryDirectory.path + "/files-\(UInt64.random(in: .min ... .max))"

    @Test("a file of several pieces is read whole and in order")
    func pieces() throws {
        let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8)) }
        try Data(content).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        var reader = try FileReader(path)
        #expect(reader.size == 700_000)
        var all: [UInt8] = []
        var count = 0
        while case let piece = try reader.next(), !piece.isEmpty {
            all += piece
            count += 1
        }
        #expect(all == content)
        #expect(count > 1)
    }

    @Test(
        "a part is read from its offset, and is shorter only at the end of the file",
        arguments: [(0, 10, 0..<10), (699_990, 100, 699_990..<700_000), (0, 700_000, 0..<700_000), (700_000, 5, 0..<0)])
    func part(offset: Int64, count: Int, expected: Range<Int>) throws {
        let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8)) }
        try Data(content).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try FileReader.part(path, from: offset, count: count) == Array(content[expected]))
    }

    @Test("a digest is that of the whole file, and its pieces are passed on in order")
    func digest() throws {
        let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8)) }
        try Data(content).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        var all: [UInt8] = []
        let digest = try FileDigest(of: path) { piece throws(FileFault) in all += piece }
        #expect(digest == FileDigest(size: 700_000, sha256: SHA256.hash(content)))
        #expect(all == content)
    }

    @Test("a folder, and what is not there, cannot be read")
    func notFiles() {
        #expect(throws: FileFault.self) { _ = try FileReader.part("/tmp", from: 0, count: 1) }
        #expect(throws: FileFault.self) { _ = try FileReader.part(path, from: 0, count: 1) }
        #expect(throws: FileFault.self) { _ = try FileReader("/tmp") }
        #expect(throws: FileFault.self) { _ = try FileReader(path) }
    }

    @Test("a new file appears under its name only when it is finished, and replaces what was there")
    func finished() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("old".utf8).write(to: URL(filePath: path))
        var file = try NewFile(path)
        try file.append(Array("new ".utf8))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
        try file.append(Array("text".utf8))
        try file.finish()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "new text")
    }

    @Test("an abandoned new file leaves nothing behind")
    func givenUp() throws {
        let folder = path + ".d"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            var file = try NewFile(folder + "/a")
            try file.append([1])
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
}
