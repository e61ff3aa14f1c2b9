import FoundationEssentials
import Publishing
import Support
import Testing

@Suite("Release folders")
struct ReleaseFolderTests {
    private func fault(_ files: [String: String], folder: TemporaryFolder) throws -> ReleaseFolderFault? {
        for (name, text) in files { try folder.write(name, text) }
        return #expect(throws: ReleaseFolderFault.self) {
            try ReleaseFolder.files(in: folder.path, product: "p", version: "1")
        }
    }

    @Test(
        "what cannot be published is a defect by name",
        arguments: [
            (["README.txt": "x"], ReleaseFolderDefect.notFolder("README.txt")),
            (["linux/Delay.vst3/Contents": "x"], .notFile(platform: "linux", name: "Delay.vst3")),
            (["linux/Débit.zip": "x"], .badName(platform: "linux", name: "Débit.zip")),
            (["a/x.zip": "1", "b/x.zip": "2"], .sameName("x.zip")),
            (["manifest.json/x.zip": "1"], .badName(platform: "manifest.json", name: "x.zip")),
        ])
    func defects(files: [String: String], defect: ReleaseFolderDefect) throws {
        let folder = try TemporaryFolder()
        #expect(try fault(files, folder: folder) == .defects([defect], folder: folder.path))
    }

    @Test("all defects are named together")
    func together() throws {
        let folder = try TemporaryFolder()
        let fault = try fault(["README.txt": "x", "linux/a\nb.zip": "x", "linux/ok.zip": "x"], folder: folder)
        #expect(
            fault
                == .defects(
                    [.notFolder("README.txt"), .badName(platform: "linux", name: "a\nb.zip")], folder: folder.path))
    }

    @Test("a folder without a file to publish is empty", arguments: [[:], ["linux/.keep": ""]])
    func empty(files: [String: String]) throws {
        let folder = try TemporaryFolder()
        #expect(try fault(files, folder: folder) == .empty(folder: folder.path))
    }

    @Test("a link is not followed")
    func links() throws {
        let folder = try TemporaryFolder()
        try folder.write("linux/a.zip", "x")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/linux/b.zip", withDestinationPath: "/etc/hostname")
        #expect(
            try fault([:], folder: folder)
                == .defects([.notFile(platform: "linux", name: "b.zip")], folder: folder.path))
    }

    @Test("a folder that is not there cannot be read")
    func absent() {
        #expect(throws: ReleaseFolderFault.unreadable(folder: "/nowhere")) {
            try ReleaseFolder.files(in: "/nowhere", product: "p", version: "1")
        }
    }
}
