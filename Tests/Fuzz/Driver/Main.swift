import CFuzzer
import FoundationEssentials
import FuzzTargets
import Glibc

/// Runs libFuzzer on the target that `FUZZ_TARGET` names; the arguments are libFuzzer's own.
///
/// An environment variable, because libFuzzer starts this program again with arguments of its choice.
@main
enum Main {
    static let target = FuzzTarget(rawValue: ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? "")

    static func main() {
        guard target != nil else {
            print("FUZZ_TARGET is none of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
            exit(2)
        }
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        let code = unsafe LLVMFuzzerRunDriver(&count, &arguments) { start, count in
            Main.check(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
            return 0
        }
        exit(code)
    }

    /// Stops at a broken promise; libFuzzer then writes the input to a file.
    private static func check(_ input: [UInt8]) {
        do {
            try target?.check(input)
        } catch {
            fatalError("broken promise: \(error)")
        }
    }
}
