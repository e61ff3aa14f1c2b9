import FoundationEssentials

/// What `Tests/sanitize` told the sanitizer in this process, for the environment of processes that a test starts.
package let sanitizerOptions = ProcessInfo.processInfo.environment.filter { $0.key.hasSuffix("SAN_OPTIONS") }
