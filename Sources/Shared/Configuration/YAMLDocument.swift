// The text of a YAML file as a tree whose nodes know their line and column.
//
// Yams refuses a mapping with a repeated key and stops there. So that every other mistake is still reported
// in the same run, a repeated key is masked in a copy of the text (its characters replaced by one from the
// private use area, which moves nothing) and the copy is read again.

import Yams

package struct YAMLDocument {
    /// nil when the file holds nothing but comments.
    package private(set) var root: Node?
    /// What stops the file from being read at all; the root is nil then.
    package private(set) var syntaxProblem: ConfigurationError.Problem?
    private var masked: [Masked] = []

    /// A key that is given again further down.
    struct Masked {
        var name: String
        var place: ConfigurationError.Place
    }

    package init(_ yaml: String) {
        var text = yaml
        while true {
            do {
                root = try Parser(yaml: text, encoding: .utf8).singleRoot()
                return
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                let place = ConfigurationError.Place(context.mark)
                guard let name = names.first, masked.count < 64, let copy = mask(name, at: place, in: text) else {
                    syntaxProblem = .init(place: place, message: "a key is given twice; keep one of the two")
                    return
                }
                text = copy
            } catch {
                syntaxProblem = Self.describe(error)
                return
            }
        }
    }

    /// The repeated key that a node's text stands for, if it was masked.
    func maskedKey(_ text: String) -> Masked? {
        guard let first = text.unicodeScalars.first?.value, let base = Self.firstMask.unicodeScalars.first?.value,
            first >= base, Int(first - base) < masked.count
        else { return nil }
        return masked[Int(first - base)]
    }

    private static let firstMask = "\u{E000}"

    private mutating func mask(_ name: String, at place: ConfigurationError.Place, in text: String) -> String? {
        guard let base = Self.firstMask.unicodeScalars.first?.value,
            let cover = Unicode.Scalar(base + UInt32(masked.count))
        else { return nil }
        var scalars = Array(text.unicodeScalars)
        var position = 0
        var line = 1
        while line < place.line, position < scalars.count {
            if scalars[position] == "\n" { line += 1 }
            position += 1
        }
        position += place.column - 1
        if position < scalars.count, scalars[position] == "\"" || scalars[position] == "'" { position += 1 }
        let end = position + name.unicodeScalars.count
        guard !name.isEmpty, end <= scalars.count, scalars[position..<end].elementsEqual(name.unicodeScalars) else {
            return nil
        }
        for index in position..<end { scalars[index] = cover }
        masked.append(Masked(name: name, place: place))
        var copy = String.UnicodeScalarView()
        copy.append(contentsOf: scalars)
        return String(copy)
    }

    private static func describe(_ error: any Error) -> ConfigurationError.Problem {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let around = context.map { " (\($0.text) from line \($0.mark.line))" } ?? ""
            return .init(
                place: .init(mark), message: "not YAML: \(problem)\(around); mind indentation, quotes and colons")
        case .reader(let problem, _, let value, _):
            return .init(place: nil, message: "not readable text: \(problem) (\(value)); save the file as UTF-8")
        default:
            return .init(place: nil, message: "not YAML: \(error)")
        }
    }
}

extension ConfigurationError.Place {
    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
