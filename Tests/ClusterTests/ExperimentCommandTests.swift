import Domain
import Foundation
import Testing

/// What `farthing experiment analyse` says when there is nothing to say.
@Suite struct ExperimentCommandTests {
    private func analyse(_ rows: [String], header: String, _ arguments: [String]) throws -> ProcessResult {
        let path = FileManager.default.temporaryDirectory.appending(path: "farthing-\(UUID()).csv")
        try ([header] + rows).joined(separator: "\n").write(to: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: path) }
        return try Executable.run("farthing", ["experiment", "analyse", "--input", path.path] + arguments)
    }

    @Test func aSmallArmWithoutBuyersIsTooLittleToSay() throws {
        // Nobody of 40 against 21 of 1,960.
        let rows = (0..<2_000).map { user in
            let isControl = user.isMultiple(of: 50)
            return "u\(user),\(isControl ? "control" : "t"),\(user),\(user % 50 == 1 && user < 1_050 ? 1 : 0)"
        }
        let shares = ["--share", "control=0.02", "--share", "t=0.98"]
        let result = try analyse(rows, header: "user,arm,time,buyer", shares)
        #expect(result.status == 0)
        #expect(
            result.output.contains("“t” is undecided: too little to say; about 70000 users in both arms are needed"))
        #expect(result.output.contains("2000 were seen"))
        let json = try analyse(rows, header: "user,arm,time,buyer", shares + ["-o", "json"])
        #expect(json.output.contains("\"users_needed\":69356"))
    }

    @Test func wholeClustersAreSaidSoWithARemedyThatWorks() throws {
        var draws = Draws(seed: 1, "whole clusters")
        var (users, clusters): ([String], [String]) = ([], [])
        for cluster in 0..<200 {
            let (arm, level) = (draws.below(2) == 0 ? "control" : "t", 10 + 3 * draws.normal())
            for member in 0..<10 {
                let rest = "\(arm),\(cluster * 10 + member),\(level + draws.normal())"
                users.append("u\(cluster)-\(member),\(rest),c\(cluster)")
                clusters.append("c\(cluster),\(rest)")
            }
        }
        let refused = try analyse(users, header: "user,arm,time,revenue,cluster", [])
        #expect(refused.status == 1)
        #expect(refused.output.contains("no verdict"))
        #expect(refused.output.contains("whole clusters were assigned, not users: 0 of 200 clusters"))
        let compared = try analyse(clusters, header: "user,arm,time,revenue", ["--ratio", "revenue/rows"])
        #expect(compared.status == 0)
        #expect(compared.output.contains("verdict by revenue per row: “t” is undecided"))
    }
}
