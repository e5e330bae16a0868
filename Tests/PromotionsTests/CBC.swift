// The mixed-integer solver of COIN-OR as a process of its own: an oracle that shares no line with the code it judges.

import Domain
import Foundation
import Promotions

struct CBC {
    struct Answer {
        var value: Double
        /// Whether it was proven to be within the tolerance of the optimum.
        var isProven: Bool
    }

    /// Of the optimum, in relative terms.
    static let tolerance = 1e-6

    /// - Parameter seconds: after which the best so far is the answer.
    static func solve(_ users: [[OfferOption]], budget: Int64, seconds: Int) throws -> Answer {
        let folder = FileManager.default.temporaryDirectory.appending(path: "farthing-cbc-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let problem = folder.appending(path: "budget.lp")
        let solution = folder.appending(path: "solution.txt")
        try Data(linearProgramme(users, budget).utf8).write(to: problem)

        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/cbc")
        process.arguments = [
            problem.path, "ratioGap", "\(tolerance)", "seconds", "\(seconds)", "solve", "solution", solution.path,
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()

        // "Optimal - objective value -123.00000000", or "Stopped on time - objective value …".
        let text = try String(contentsOf: solution, encoding: .utf8)
        let first = text.prefix { !$0.isNewline }
        guard let word = first.split(separator: " ").last, let value = Double(word) else {
            throw Unreadable(line: String(first))
        }
        return Answer(value: abs(value), isProven: first.hasPrefix("Optimal"))
    }

    struct Unreadable: Error {
        var line: String
    }

    /// CPLEX's LP format, a term a line.
    private static func linearProgramme(_ users: [[OfferOption]], _ budget: Int64) -> String {
        var (objective, spent, once, names) = ("", "", "", "")
        for (user, options) in users.enumerated() {
            for (place, option) in options.enumerated() {
                let name = "x\(user)_\(place)"
                objective +=
                    " \(option.value.minorUnits < 0 ? "-" : "+") \(option.value.minorUnits.magnitude) \(name)\n"
                spent += " + \(option.cost.minorUnits) \(name)\n"
                names += " \(name)\n"
            }
            once += " u\(user): " + options.indices.map { "x\(user)_\($0)" }.joined(separator: " + ") + " <= 1\n"
        }
        return
            "Maximize\n value:\n\(objective)Subject To\n budget:\n\(spent) <= \(budget)\n\(once)Binary\n\(names)End\n"
    }
}
