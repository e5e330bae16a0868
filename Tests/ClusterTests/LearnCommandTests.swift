// The analyst's command line: what the types say counts, and what is refused leaves everything as it was.

import Foundation
import Testing

@Suite final class LearnCommandTests {
    private let folder: URL
    private let exposures: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "farthing-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        exposures = folder.appending(path: "exposures.csv").path
        let world = ["--law", "logit", "--seed", "5", "--rows", "3000", "--out", exposures]
        #expect(try Executable.run("farthing", ["world", "generate"] + world).status == 0)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func write(_ text: String, to name: String) throws -> String {
        let path = folder.appending(path: name).path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// A copy of the exposures whose fields are changed, by column.
    private func changed(_ name: String, _ change: (inout [String: String]) -> Void) throws -> String {
        let lines = try String(contentsOfFile: exposures, encoding: .utf8).split(separator: "\n")
        let header = try #require(lines.first).split(separator: ",").map(String.init)
        let rows = try table(URL(filePath: exposures)).map { row in
            var row = row
            change(&row)
            return header.map { row[$0] ?? "" }.joined(separator: ",")
        }
        return try write(([header.joined(separator: ",")] + rows).joined(separator: "\n") + "\n", to: name)
    }

    private func fit(_ path: String, _ arguments: [String] = []) throws -> ProcessResult {
        let out = folder.appending(path: "shop.bundle").path
        return try Executable.run(
            "farthing", ["learn", "fit", "--exposures", path, "--law", "straight", "--out", out] + arguments)
    }

    @Test func typesSayWhatAColumnIs() throws {
        struct Report: Decodable {
            struct Column: Decodable {
                var name: String
                var kind: String
            }
            var columns: [Column]
        }
        // Numbers that are names, as of a shop's branches.
        let branches = try changed("branches.csv") { row in row["visits"] = "\(Int(Double(row["visits"]!)! * 3) % 7)" }
        func kind(_ arguments: [String]) throws -> String? {
            let fitted = try fit(branches, arguments + ["-o", "json"])
            #expect(fitted.status == 0, "\(fitted.errors)")
            return try JSONDecoder().decode(Report.self, from: Data(fitted.output.utf8)).columns
                .first { $0.name == "visits" }?.kind
        }
        #expect(try kind([]) == "numeric")
        #expect(try kind(["--types", try write("visits: categorical\n", to: "types.yaml")]) == "categorical")

        for (text, words) in [
            ("branch: categorical\n", "“branch”"), ("visits: word\n", "numeric or categorical or time"),
            ("visits categorical\n", "one line for each"),
        ] {
            let refused = try fit(branches, ["--types", try write(text, to: "types.yaml")])
            #expect(refused.status != 0 && refused.errors.contains(words), "\(refused)")
        }
    }

    /// Absurd prices are named by their lines, and the bundle of an earlier fit stays byte for byte.
    @Test func whatIsRefusedLeavesAnEarlierBundleAsItWas() throws {
        #expect(try fit(exposures).status == 0)
        let bundle = folder.appending(path: "shop.bundle")
        let before = try Data(contentsOf: bundle)
        let refused: [(name: String, words: String, change: (inout [String: String]) -> Void)] = [
            ("nobody.csv", "bought", { $0["bought"] = "0" }),
            ("still.csv", "price", { $0["price"] = $0["reference_price"] }),
            ("free.csv", "free.csv:2:price", { $0["price"] = "-1" }),
            ("impossible.csv", "impossible.csv:2:propensity", { $0["propensity"] = "0" }),
        ]
        for (name, words, change) in refused {
            let result = try fit(try changed(name, change))
            #expect(result.status != 0 && result.errors.contains(words), "\(name): \(result)")
            #expect(try Data(contentsOf: bundle) == before, "\(name)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2 + refused.count)
    }

    /// Prices that learn while they sell, once through the command: every stretch is written, and both runs are the same.
    @Test func aCourseOfDecisionsIsTheSameEachTime() throws {
        func course(_ name: String) throws -> [[String: String]] {
            let path = folder.appending(path: name)
            let ran = try Executable.run(
                "farthing",
                [
                    "world", "run", "--law", "logit", "--seed", "3", "--decisions", "12000", "--trial", "3000",
                    "--out", path.path,
                ])
            #expect(ran.status == 0, "\(ran.errors)")
            return try table(path)
        }
        let rows = try course("first.csv")
        #expect(try course("second.csv") == rows)
        #expect(rows.map { $0["decisions"] } == ["10000", "12000"])
        let regrets = rows.compactMap { Double($0["regret"] ?? "") }
        #expect(regrets.count == 2 && 0 < regrets[0] && regrets[0] < regrets[1])
        // A quarter of the first stretch was drawn by lot.
        let shares = rows.compactMap { Double($0["share"] ?? "") }
        #expect(shares.count == 2 && shares[0] < shares[1], "\(shares)")
    }

    /// A power of the decisions is a straight line, and steeper for a larger one.
    @Test func regretIsDrawnByItsLogarithm() throws {
        let header = "decisions,share,best_share,regret,slope,law,lowest,highest\n"
        let courses = try [0.5, 1.0].map { power in
            let rows = [1e4, 1e5, 4e5, 1e6].map { "\(Int($0)),0,,\(pow($0, power)),,straight,0.8,1.1\n" }
            return try write(header + rows.joined(), to: "power-\(power).csv")
        }
        let drawing = folder.appending(path: "regret.svg")
        let plotted = try Executable.run("farthing", ["world", "plot"] + courses + ["--out", drawing.path])
        #expect(plotted.status == 0, "\(plotted.errors)")
        let svg = try String(contentsOf: drawing, encoding: .utf8)
        #expect(svg.contains(">power-0.5<") && svg.contains(">power-1.0<") && svg.contains(">100 k<"))
        let lines = svg.matches(of: /points="([^"]+)"/).map { match in
            match.1.split(separator: " ").map { $0.split(separator: ",").compactMap { Double($0) } }
        }
        let gradients = lines.map { points in
            zip(points, points.dropFirst()).map { ($1[1] - $0[1]) / ($1[0] - $0[0]) }
        }
        try #require(gradients.count == 2 && gradients.allSatisfy { $0.count == 3 })
        for own in gradients { #expect(own.allSatisfy { abs($0 / own[0] - 1) < 0.01 }, "\(own)") }
        #expect(abs(gradients[1][0] / gradients[0][0] - 2) < 0.02, "\(gradients)")

        let nothing = try write(header, to: "nothing.csv")
        let refused = try Executable.run("farthing", ["world", "plot", nothing, "--out", drawing.path])
        #expect(refused.status != 0 && refused.errors.contains("nothing.csv"), "\(refused)")
        #expect(try String(contentsOf: drawing, encoding: .utf8) == svg)
    }
}
