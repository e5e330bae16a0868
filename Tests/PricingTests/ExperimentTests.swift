import Domain
import Pricing
import Testing

@Suite struct ExperimentTests {
    private static let users = (0..<50_000).map { UserKey(tenant: "demo", user: "u\($0)") }

    @Test(arguments: [0, 0.01, 0.1, 0.5, 0.9, 1])
    func theControlArmGetsItsShare(_ share: Double) {
        let experiment = Experiment(salt: "autumn", controlShare: share)
        let found = Double(Self.users.count { experiment.arm(of: $0) == .control }) / Double(Self.users.count)
        // Five standard deviations of a binomial share.
        #expect(abs(found - share) <= 5 * (share * (1 - share) / Double(Self.users.count)).squareRoot())
    }

    @Test func aShopperStaysInOneArm() {
        for user in Self.users.prefix(1_000) {
            let again = UserKey(tenant: user.tenant, user: user.user)
            #expect(
                Experiment(salt: "autumn", controlShare: 0.5).arm(of: user)
                    == Experiment(salt: "autumn", controlShare: 0.5).arm(of: again))
        }
    }

    @Test func aLargerControlArmKeepsEverybodyItHad() {
        for user in Self.users.prefix(5_000)
        where Experiment(salt: "autumn", controlShare: 0.1).arm(of: user) == .control {
            #expect(Experiment(salt: "autumn", controlShare: 0.2).arm(of: user) == .control)
        }
    }

    @Test func anotherSaltDrawsAfresh() {
        let autumn = Experiment(salt: "autumn", controlShare: 0.5)
        let winter = Experiment(salt: "winter", controlShare: 0.5)
        let same = Double(Self.users.count { autumn.arm(of: $0) == winter.arm(of: $0) }) / Double(Self.users.count)
        #expect(abs(same - 0.5) < 0.02)
    }

    /// The arm must not depend on the partition, or a comparison of arms would compare workers.
    @Test func everyPartitionHasBothArmsInProportion() {
        let experiment = Experiment(salt: "autumn", controlShare: 0.5)
        var members = [Int](repeating: 0, count: 16)
        var control = members
        for user in Self.users {
            let partition = Int(user.hash.partition(of: 16).number)
            members[partition] += 1
            if experiment.arm(of: user) == .control { control[partition] += 1 }
        }
        for (members, control) in zip(members, control) {
            #expect(abs(Double(control) / Double(members) - 0.5) < 0.05)
        }
    }

    @Test(arguments: [0, 0.1, 0.25, 1.0 / 3, 1])
    func propensitiesAreProbabilitiesThatSumToOne(_ share: Double) {
        let experiment = Experiment(salt: "autumn", controlShare: share)
        let propensities = ExperimentArm.allCases.map(experiment.propensity)
        #expect(propensities.allSatisfy { 0...1 ~= $0 })
        #expect(abs(propensities.reduce(0, +) - 1) < 1e-6)
        #expect(abs(experiment.propensity(of: .control) - Float(share)) < 1e-6)
    }

    @Test func armsKeepTheirNumbersAndNames() {
        #expect(ExperimentArm.allCases.map(\.rawValue) == [0, 1, 2])
        #expect(ExperimentArm.allCases.map(\.name) == ["personal", "control", "exploring"])
    }
}
