import Catalog
import Testing

@Suite("Platform label")
struct PlatformLabelTests {
    @Test(
        "is how people write the system",
        arguments: [
            ("macos", "macOS"), ("windows", "Windows"), ("linux", "Linux"), ("windows-x64", "Windows x64"),
            ("macos-universal", "macOS universal"), ("linux-x86_64", "Linux x86_64"), ("amiga-68k", "amiga 68k"),
            ("", ""),
        ])
    func label(platform: String, expected: String) {
        let artifact = Artifact(version: "1", platform: platform, fileName: "a", objectName: "a", size: 1, sha256: [])
        #expect(artifact.platformLabel == expected)
    }
}
