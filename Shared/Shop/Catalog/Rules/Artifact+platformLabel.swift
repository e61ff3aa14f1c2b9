extension Artifact {
    /// The platform as shown to people: `macOS` for `macos`, `Windows x64` for `windows-x64`.
    package var platformLabel: String {
        let parts = platform.split(separator: "-", maxSplits: 1)
        guard let system = parts.first else { return platform }
        let name: Substring =
            switch system {
            case "windows": "Windows"
            case "macos": "macOS"
            case "linux": "Linux"
            default: system
            }
        return ([name] + parts.dropFirst()).joined(separator: " ")
    }
}
