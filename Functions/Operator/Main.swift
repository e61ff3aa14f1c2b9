import EventLoop
import FoundationEssentials

@main
enum Main {
    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        let latchkey = Latchkey(
            commands: Latchkey.commands, environment: ProcessInfo.processInfo.environment)
        EventLoop.runMain { await latchkey(words) }
    }
}
