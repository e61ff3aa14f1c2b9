import JSON
internal import Kernel

/// What all lines of a process have in common, encoded once.
package struct LogOrigin: Sendable {
    /// The members `function` and `revision`, each preceded by a comma.
    let members: [UInt8]
    /// The members by which Error Reporting picks up an error, each preceded by a comma, up to the source location.
    let errorMembers: [UInt8]
    /// The start of the trace member, up to the trace ID.
    let traceStart: [UInt8]

    /// Creates the origin of a function's lines.
    ///
    /// - Parameters:
    ///   - function: the function's own name.
    ///   - service: the platform's name for it; defaults to its own name if empty.
    ///   - revision: the platform's name for the running version, or empty.
    ///   - project: the Google Cloud project that traces belong to, or empty.
    package init(_ function: String, service: String = "", revision: String = "", project: String = "") {
        var own = [("function", JSONValue.string(function))]
        var context = [("service", JSONValue.string(service.isEmpty ? function : service))]
        if !revision.isEmpty {
            own.append(("revision", .string(revision)))
            context.append(("version", .string(revision)))
        }
        members = LogOrigin.behindComma(own)
        errorMembers = LogOrigin.behindComma([
            ("@type", "type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent"),
            ("serviceContext", .object(context)),
        ])
        traceStart = Array(
            (#","logging.googleapis.com/trace":""# + (project.isEmpty ? "" : "projects/\(project)/traces/")).utf8)
    }

    private static func behindComma(_ members: [(String, JSONValue)]) -> [UInt8] {
        [UInt8(ascii: ",")] + JSONValue.object(members).utf8.dropFirst().dropLast()
    }
}

/// The source location of a line, by which Error Reporting groups errors without a stack trace.
package struct LogPlace: Sendable {
    let file: StaticString
    let line: Int
    let function: StaticString

    /// Creates a location from the compiler's literals at the call site.
    package init(file: StaticString, line: Int, function: StaticString) {
        self.file = file
        self.line = line
        self.function = function
    }

    /// The location in Error Reporting's form.
    ///
    /// Source: <https://cloud.google.com/error-reporting/reference/rest/v1beta1/ErrorContext>
    var document: JSONValue {
        .object([
            ("filePath", .string(file.description)), ("lineNumber", .integer(Int64(line))),
            ("functionName", .string(function.description)),
        ])
    }
}
