// Arms that were drawn for whole clusters are told from arms drawn for users, and users of a cluster are not taken for
// draws of their own.

import Domain
import Experiments
import Testing

@Suite struct ClusterAssignmentTests {
    private let plan = ExperimentPlan(control: 0, shares: [0.5, 0.5], goal: .perUser(column: 0))

    /// Clusters with a level of their own and no effect; the arm is drawn for each cluster, or for each user.
    private func table(
        clusters: Int = 200, size: Int = 10, treatedShare: Double = 0.5, byCluster: Bool, seed: UInt64
    ) -> ExperimentTable {
        var draws = Draws(seed: seed, "cluster assignment")
        var table = ExperimentTable(armNames: ["control", "treated"])
        var values: [Double] = []
        for cluster in 0..<clusters {
            let level = 10 + 3 * draws.normal()
            let arm = draws.fraction() < treatedShare ? 1 : 0
            for _ in 0..<size {
                let own = draws.fraction() < treatedShare ? 1 : 0
                table.users.append(values.count)
                table.arms.append(byCluster ? arm : own)
                table.times.append(Int64(values.count))
                table.clusters.append(cluster)
                values.append(level + draws.normal())
            }
        }
        table.columns = [.init(name: "value", values: values)]
        return table
    }

    @Test func wholeClustersGetNoVerdictFromTheirUsers() {
        var excluded = 0
        for seed in 0..<30 {
            var table = table(byCluster: true, seed: UInt64(seed))
            // A few who were sent elsewhere change nothing.
            if seed.isMultiple(of: 2) { for user in 0..<5 { table.arms[user * 300] = 1 - table.arms[user * 300] } }
            let analysis = ExperimentAnalysis(table, plan)
            #expect(analysis.verdict(arm: 1) == .refused)
            // The sample ratio of users accuses nobody: clusters were drawn.
            #expect(analysis.mistrust.count == 1)
            guard case .wholeClusters(let found) = analysis.mistrust.first else {
                Issue.record("seed \(seed): \(analysis.mistrust)")
                continue
            }
            #expect(found.clusters == 200)
            #expect(found.split == (seed.isMultiple(of: 2) ? 5 : 0))
            #expect(found.expectedSplit > 195)
            let known = analysis.comparison(plan.goal, arm: 1)?.uncertainty
            if known?.fixed.contains(0) == false { excluded += 1 }
        }
        // What the refusal is for.
        #expect(excluded > 10)
    }

    @Test func clustersAsUsersAreComparedAsUsual() {
        var (refused, decided) = (0, 0)
        for seed in 0..<100 {
            var table = table(byCluster: true, seed: UInt64(seed))
            table.users = table.clusters
            switch ExperimentAnalysis(table, plan).verdict(arm: 1) {
            case .refused: refused += 1
            case .better, .worse: decided += 1
            case .undecided, .harmful: break
            }
        }
        #expect(refused <= 4)
        #expect(decided <= 9)
    }

    @Test(arguments: [(10, 0.5), (2, 0.5), (3, 0.95), (2, 0.95)])
    func usersDrawnOneByOneAreAnalysedAsWithoutClusters(size: Int, treatedShare: Double) throws {
        for seed in 0..<30 {
            let clustered = table(
                clusters: 2_000 / size, size: size, treatedShare: treatedShare, byCluster: false, seed: UInt64(seed))
            var plain = clustered
            plain.clusters = []
            var plan = plan
            plan.shares = [1 - treatedShare, treatedShare]
            let (seen, expected) = (ExperimentAnalysis(clustered, plan), ExperimentAnalysis(plain, plan))
            #expect(seen.mistrust == expected.mistrust)
            #expect(seen.verdict(arm: 1) == expected.verdict(arm: 1))
            let found = try #require(ClusterAssignment(clustered, seen.totals))
            #expect(!found.isOfWholeClusters)
            #expect(abs(Double(found.split) - found.expectedSplit) < 4 * found.expectedSplit.squareRoot())
        }
    }

    @Test func aShareThatIsRampedUpIsNoAssignmentOfClusters() {
        // Mates who arrive together saw the same share, so that fewer of their clusters are split than the mean share
        // makes one expect.
        for seed in 0..<30 {
            var draws = Draws(seed: UInt64(seed), "ramp")
            var table = table(size: 2, byCluster: false, seed: UInt64(seed))
            table.arms = table.clusters.map { draws.fraction() < ($0 < 100 ? 0.05 : 0.5) ? 1 : 0 }
            #expect(ClusterAssignment(table, UserTotals(table))?.isOfWholeClusters == false)
        }
    }

    @Test func clustersOfOneAndFewPairsSayNothing() throws {
        let alone = table(clusters: 50, size: 1, byCluster: true, seed: 1)
        #expect(ClusterAssignment(alone, UserTotals(alone)) == nil)
        let few = table(clusters: 10, size: 2, byCluster: true, seed: 1)
        #expect(try #require(ClusterAssignment(few, UserTotals(few))).isOfWholeClusters == false)
        let more = table(clusters: 40, size: 2, byCluster: true, seed: 1)
        #expect(try #require(ClusterAssignment(more, UserTotals(more))).isOfWholeClusters)
    }
}
