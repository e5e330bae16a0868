// What a scalar may be. A rule states its expectation once, in words that finish the sentence
// “KEY is “VALUE”; expected …”, and turns the text into a typed value.

import Domain
import Foundation

/// Turns the text of one scalar into a value, or refuses it with an expectation.
package struct Rule<Value> {
    /// For example `a whole number from 1 to 1024`.
    package var expectation: String
    package var read: (String) -> Value?

    package init(expectation: String, read: @escaping (String) -> Value?) {
        self.expectation = expectation
        self.read = read
    }
}

extension Rule where Value == Int {
    package static func whole(_ range: ClosedRange<Int>) -> Rule {
        Rule(expectation: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            guard isDigits(text), let value = Int(text), range.contains(value) else { return nil }
            return value
        }
    }
}

extension Rule where Value == Int {
    /// A majority has to be able to outvote the rest.
    static var replicas: Rule {
        Rule(expectation: "1, 3 or 5") { text in Int(text).flatMap { [1, 3, 5].contains($0) ? $0 : nil } }
    }
}

extension Rule where Value == Bool {
    static var truth: Rule { Rule(expectation: "true or false") { ["true": true, "false": false][$0] } }
}

extension Rule where Value == Double {
    /// A plain decimal number such as `0.5`.
    package static func ratio(_ range: ClosedRange<Double>) -> Rule {
        Rule(expectation: "a number from \(plain(range.lowerBound)) to \(plain(range.upperBound))") { text in
            guard let value = decimal(text), range.contains(value) else { return nil }
            return value
        }
    }

    /// A percentage such as `5%` or `12.5%`, read as a share: 0.05 and 0.125.
    package static func percent(_ range: ClosedRange<Double>) -> Rule {
        Rule(expectation: "a percentage from \(plain(range.lowerBound))% to \(plain(range.upperBound))%, such as 5%") {
            text in
            guard text.hasSuffix("%"), let percent = decimal(String(text.dropLast())), range.contains(percent) else {
                return nil
            }
            return percent / 100
        }
    }
}

extension Rule where Value == Double? {
    /// A percentage, or a word for nil.
    static func percent(_ range: ClosedRange<Double>, or word: String) -> Rule {
        let percent = Rule<Double>.percent(range)
        return Rule(expectation: "\(word), or \(percent.expectation)") { text in
            text == word ? .some(nil) : percent.read(text).map(Optional.some)
        }
    }
}

extension Rule where Value == Duration {
    /// A whole number and a unit, such as `50ms` or `15m`.
    package static func duration(_ shortest: String, _ longest: String) -> Rule {
        Rule(expectation: "a duration from \(shortest) to \(longest), with one of the units us, ms, s, m, h, d") {
            text in
            guard let value = duration(text), let low = duration(shortest), let high = duration(longest) else {
                return nil
            }
            return low <= value && value <= high ? value : nil
        }
    }

    private static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard isDigits(digits), digits.utf8.count <= 9, let count = Int64(digits) else { return nil }
        switch text.dropFirst(digits.count) {
        case "us": return .microseconds(count)
        case "ms": return .milliseconds(count)
        case "s": return .seconds(count)
        case "m": return .seconds(count * 60)
        case "h": return .seconds(count * 3_600)
        case "d": return .seconds(count * 86_400)
        default: return nil
        }
    }
}

extension Rule where Value == String {
    /// Printable text without line breaks, at most `bytes` long in UTF-8.
    package static func text(upTo bytes: Int) -> Rule {
        Rule(expectation: "1 to \(bytes) bytes of text without control characters") { text in
            let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
            return !text.isEmpty && text.utf8.count <= bytes && isPrintable ? text : nil
        }
    }

    /// A path; a relative one starts at `directory`.
    package static func path(from directory: String) -> Rule {
        let text = text(upTo: 1_024)
        return Rule(expectation: "a path of \(text.expectation)") { path in
            guard let path = text.read(path) else { return nil }
            return path.hasPrefix("/") || directory.isEmpty ? path : directory + "/" + path
        }
    }

    static var natsServer: Rule {
        Rule(expectation: "an address such as nats://127.0.0.1:4222") { text in
            let scheme = "nats://"
            guard text.hasPrefix(scheme), Endpoint("tcp://" + text.dropFirst(scheme.count)) != nil else { return nil }
            return text
        }
    }

    static var timeZone: Rule {
        Rule(expectation: "an IANA time zone that this machine knows, such as America/New_York or UTC") { text in
            guard let zone = TimeZone(identifier: text), zone.identifier == text || text == "UTC" else { return nil }
            return text
        }
    }
}

extension Rule where Value == Currency {
    static var currency: Rule {
        Rule(expectation: "one of the codes \(Currency.supportedCodes.joined(separator: ", "))") { Currency(code: $0) }
    }
}

extension Rule where Value == Endpoint {
    static var endpoint: Rule {
        Rule(expectation: "an address such as tcp://127.0.0.1:7400") { Endpoint($0) }
    }
}

extension Rule where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    package static var choice: Rule {
        let names = Value.allCases.map(\.rawValue)
        let expectation = names.count == 1 ? names[0] : "one of \(names.joined(separator: ", "))"
        return Rule(expectation: expectation) { Value(rawValue: $0) }
    }
}

private func isDigits(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
}

/// A decimal number without exponent, sign or special names.
private func decimal(_ text: String) -> Double? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.allSatisfy({ isDigits($0) && $0.utf8.count <= 15 }) else { return nil }
    return Double(text)
}

private func plain(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? String(value)
}
