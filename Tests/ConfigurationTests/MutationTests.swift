import Configuration
import Foundation
import Testing

struct MutationTests {
    /// The law: whatever the text is, reading it ends in a configuration or in problems with sensible places.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func noMutationOfTheShippedFileTraps(seed: UInt64) throws {
        let shipped = Array(try String(contentsOf: shippedFile, encoding: .utf8).unicodeScalars)
        let hostile = Array(
            "{}[]:,#&*!|>'\"%@`-?~ \n\t\\0918e.\u{0}\u{7f}\u{85}\u{feff}\u{e000}\u{fffd}🛒é<<".unicodeScalars)
        var generator = Generator(state: seed)
        for _ in 0..<100 {
            var scalars = shipped
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let start = Int.random(in: 0...scalars.count, using: &generator)
                let end = min(scalars.count, start + Int.random(in: 0...30, using: &generator))
                switch generator.next() % 4 {
                case 0: scalars.removeSubrange(start..<end)
                case 1: scalars.insert(contentsOf: scalars[start..<end], at: 0)
                case 2: scalars.insert(contentsOf: scalars[start..<end], at: end)
                default: scalars.insert(hostile.randomElement(using: &generator) ?? " ", at: start)
                }
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            check(String(text))
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func noRepeatedLinesTrap(seed: UInt64) throws {
        let shipped = try String(contentsOf: shippedFile, encoding: .utf8)
        let lines = shipped.split(separator: "\n").filter { !$0.contains("#") }
        var generator = Generator(state: seed)
        for _ in 0..<100 {
            let count = Int.random(in: 1...30, using: &generator)
            check((0..<count).compactMap { _ in lines.randomElement(using: &generator) }.joined(separator: "\n"))
        }
    }

    private func check(_ text: String) {
        let lines = text.unicodeScalars.count { $0.properties.isWhitespace } + 2
        do {
            _ = try ClusterConfiguration.parse(yaml: text, source: "cluster.yaml")
        } catch {
            for place in error.problems.compactMap(\.place) {
                #expect(place.line >= 1 && place.column >= 1 && place.line <= lines)
            }
            #expect(error.problems == error.problems.sorted { ($0.place ?? .first) < ($1.place ?? .first) })
        }
    }
}

extension ConfigurationError.Place {
    fileprivate static let first = ConfigurationError.Place(line: 1, column: 1)
}

/// SplitMix64.
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
