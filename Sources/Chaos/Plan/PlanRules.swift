// What the scalars of a plan may be, beyond those of `cluster.yaml`.

import Configuration
import Domain

extension Rule {
    /// The same rule for a value that has no default.
    static func optional<Wrapped>(_ rule: Rule<Wrapped>) -> Rule where Value == Wrapped? {
        Rule(expectation: rule.expectation) { text in rule.read(text).map { .some($0) } }
    }
}

extension Rule where Value == LoadRate {
    static var loadRate: Rule {
        let share = Rule<Double>.percent(1...1_000)
        let perSecond = Rule<Int>.whole(1...1_000_000)
        return Rule(expectation: "a share of capacity such as 70%, or requests a second such as 3000/s") { text in
            if text.hasSuffix("/s") { return perSecond.read(String(text.dropLast(2))).map { .perSecond($0) } }
            return share.read(text).map { .share($0) }
        }
    }
}

extension Rule where Value == Int? {
    static var mebibytes: Rule {
        Rule(expectation: "a size from 8MiB to 4096MiB") { text in
            guard text.hasSuffix("MiB"), let size = Rule<Int>.whole(8...4_096).read(String(text.dropLast(3))) else {
                return nil
            }
            return .some(size)
        }
    }
}

extension Rule where Value == Int {
    static var bytesPerSecond: Rule {
        Rule(expectation: "a rate from 1KiB/s to 1048576KiB/s") { text in
            guard text.hasSuffix("KiB/s"), let rate = whole(1...1_048_576).read(String(text.dropLast(5))) else {
                return nil
            }
            return rate << 10
        }
    }
}

extension Rule where Value == WorkerChoice {
    static var worker: Rule {
        Rule(expectation: "any, the name of a worker such as w2, or leader-of:3") { text in
            if text == "any" { return .any }
            if text.hasPrefix("leader-of:") {
                return Rule<Int>.whole(0...1_023).read(String(text.dropFirst("leader-of:".count)))
                    .map { .leader(of: PartitionID(UInt16($0))) }
            }
            return isName(text, of: "w") ? .named(text) : nil
        }
    }
}

extension Rule where Value == RouterChoice {
    static var router: Rule {
        Rule(expectation: "any, all, or the name of a router such as r1") { text in
            switch text {
            case "any": .any
            case "all": .all
            default: isName(text, of: "r") ? .named(text) : nil
            }
        }
    }
}

extension Rule where Value == ServerChoice {
    static var server: Rule {
        Rule(expectation: "any, or the name of a server such as n1") { text in
            text == "any" ? .any : isName(text, of: "n") ? .named(text) : nil
        }
    }
}

private func isName(_ text: String, of kind: String) -> Bool {
    text.hasPrefix(kind) && Rule<Int>.whole(1...99).read(String(text.dropFirst())) != nil
}
