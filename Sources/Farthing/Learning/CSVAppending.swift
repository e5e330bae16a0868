import Foundation
import Learning
import Operations

/// A file's rows with more columns at their ends.
struct CSVAppending {
    private let names: [String]
    private let path: String

    init(_ names: [String], to path: String) {
        self.names = names
        self.path = path
    }

    /// - Parameters:
    ///   - values: for each row of the file, one for each name.
    ///   - out: where to write, whole or not at all; nil: standard output.
    func write(_ values: [[String]], to out: String?) throws {
        let reader = try CSVReader(path: path)
        for name in names where reader.header.contains(name) {
            throw LearningError(
                place: "\(path):1", value: name, remedy: "This column is added: take it out of the input.")
        }
        let columns = try reader.header.map { name in try reader.column(name) }
        var text = (reader.header.map(CSVField.quoted) + names).joined(separator: ",") + "\n"
        var row = 0
        while try reader.next() {
            text += (columns.map { CSVField.quoted(reader.text($0)) } + values[row]).joined(separator: ",") + "\n"
            row += 1
        }
        guard let out else { return StandardStream.output.write(text) }
        var draft = try DraftFile(out)
        try draft.write(text)
        try draft.finish()
    }
}

enum CSVField {
    /// A field as RFC 4180 wants it.
    static func quoted(_ field: String) -> String {
        guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
        return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
