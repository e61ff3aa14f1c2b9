import EventLoop
import Files

@main
enum Main {
    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        let latchkey = Latchkey(
            commands: Latchkey.commands, environment: ProcessEnvironment.variables)
        EventLoop.runMain { await latchkey(words) }
    }
}
