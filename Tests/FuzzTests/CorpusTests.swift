import Foundation
import FuzzTargets
import Testing

@Suite("Fuzzing corpus")
struct CorpusTests {
    @Test("every input that was worth keeping keeps its target's promises", arguments: FuzzTarget.allCases)
    func replays(target: FuzzTarget) throws {
        let inputs = try FileManager.default.contentsOfDirectory(
            at: corpus.appending(path: target.rawValue), includingPropertiesForKeys: nil)
        #expect(!inputs.isEmpty)
        for input in inputs {
            let bytes = [UInt8](try Data(contentsOf: input))
            #expect(throws: Never.self, "\(target.rawValue)/\(input.lastPathComponent)") { try target.check(bytes) }
        }
    }

    @Test("has a folder for each target and no other")
    func folders() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: corpus.path)
        #expect(Set(folders) == Set(FuzzTarget.allCases.map(\.rawValue)))
    }
}

private let corpus = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Fuzz/Corpus").standardizedFileURL
