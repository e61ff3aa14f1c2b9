import Foundation

/// A mail as Python's `email` package reads it: a parser that shares nothing with our writer.
package struct PythonEmail: Decodable {
    /// One part of the body.
    package struct Part: Decodable {
        package let type: String
        package let charset: String?
        /// The decoded text, with LF for CRLF.
        package let content: String
        package let defects: [String]
    }

    /// The header fields in order, decoded.
    package let headers: [[String]]
    package let defects: [String]
    package let toName: String
    package let toAddress: String
    package let fromName: String
    package let fromAddress: String
    package let parts: [Part]

    /// Every value of a header field.
    package func values(_ name: String) -> [String] { headers.filter { $0[0] == name }.map { $0[1] } }

    /// Has Python read `bytes`.
    package init(_ bytes: [UInt8]) throws {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", PythonEmail.script]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(bytes))
        try input.fileHandleForWriting.close()
        let answer = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        self = try JSONDecoder().decode(PythonEmail.self, from: answer)
    }

    private static let script = """
        import email, email.header, email.policy, email.utils, json, sys
        raw = sys.stdin.buffer.read()
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        older = email.message_from_bytes(raw)
        # Python 3.11's newer parser puts a blank between two encoded words of a name; RFC 2047 section 6.2 has none.
        name = lambda field: email.header.decode_header(email.utils.parseaddr(older[field])[0])
        named = lambda field: [str(email.header.make_header(name(field))), mail[field].addresses[0].addr_spec]
        faults = lambda part: [repr(d) for d in part.defects] + [
            name + ': ' + repr(d) for name, value in part.items() for d in value.defects]
        print(json.dumps({
            'headers': [[name, str(value)] for name, value in mail.items()],
            'defects': faults(mail),
            'fromName': named('from')[0], 'fromAddress': named('from')[1],
            'toName': named('to')[0], 'toAddress': named('to')[1],
            'parts': [{'type': part.get_content_type(), 'charset': part.get_content_charset(),
                'content': part.get_content().replace('\\r\\n', '\\n'), 'defects': faults(part)} for part in mail.iter_parts()],
        }))
        """
}
