import FoundationEssentials

/// The sanitizer options of this process, set by `Tests/sanitize`, for the environment of processes started by a test.
package let sanitizerOptions = ProcessInfo.processInfo.environment.filter { $0.key.hasSuffix("SAN_OPTIONS") }
