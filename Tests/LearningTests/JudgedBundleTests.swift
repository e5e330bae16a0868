// Models fitted to files of exposures, in front of the gates.

import Domain
import Learning
import Pricing
import Testing
import World

@Suite struct JudgedBundleTests {
    private func table(_ law: DemandLaw, rows: Int = 12_000) throws -> ExposureTable {
        let csv = Exposures.csv(KnownWorld(law: law, seed: 3), rows: rows, shoppers: rows / 4)
        let folder = try Folder()
        return try ExposureTable(path: try folder.write(csv, to: "shown.csv"), for: .outcomes)
    }

    private func policy(
        _ objective: PricingObjective = .profit, conversionValue: Double = 0, margin: Double = 0
    ) -> PricingPolicy {
        PricingPolicy(
            objective: objective, conversionValueRatio: conversionValue, minimumMarginRatio: margin, smoothing: 1,
            largestDailyMoveRatio: 1, largestDiscountRatio: 0.2, ending: .none)
    }

    @Test func judgesAreHeldOutUsersAndOfLaterWeeks() throws {
        let table = try table(.logit)
        let judges = table.judges(after: nil)
        #expect(judges.count > table.count / 7 && judges.count < table.count / 4)
        // A user is held out with all rows.
        let users = Set(judges.users)
        #expect(judges.count == table.users.count { users.contains($0) })

        let weeks = table.times.map(ShopCalendar.utc.week).sorted()
        let middle = weeks[weeks.count / 2]
        let later = table.judges(after: middle)
        #expect(later.count > 0 && later.count < judges.count)
        #expect(later.times.allSatisfy { ShopCalendar.utc.week(of: $0) > middle })
        #expect(table.judges(after: weeks.last).count == 0)
    }

    @Test func pricesAreJudgedAsTheClusterWouldChargeThem() throws {
        let table = try table(.logit)
        let judges = table.judges(after: nil)
        var personal = try ExposureLearner().learn(table, version: 1).bundle
        personal.policy = .personal
        var uniform = personal
        uniform.policy = .uniform(ratio: 0.9)
        func move(_ policy: PricingPolicy) throws -> Double {
            let findings = ModelGates().judge(
                JudgedBundle(uniform, on: judges), against: JudgedBundle(personal, on: judges), policy: policy,
                groups: nil)
            return try #require(findings.first { $0.gate == "median move of a personal price" }).value
        }
        // These shoppers would pay more than the reference price, and are asked for that.
        #expect(try abs(move(policy()) - 0.1) < 1e-3)
        // Where a purchase is worth more than all margins, personal prices are the least allowed; where only purchases
        // count, all are.
        #expect(try abs(move(policy(conversionValue: 5)) - (0.9 / 0.8 - 1)) < 1e-3)
        #expect(try move(policy(.conversion)) < 1e-3)
        // With such a margin nothing is left to choose.
        #expect(try move(policy(margin: 50)) == 0)
    }

    @Test func tooFewJudgesKeepAModelOut() throws {
        let table = try table(.logit, rows: 2_000)
        let bundle = try ExposureLearner().learn(table, version: 1).bundle
        let judged = JudgedBundle(bundle, on: table.judges(after: nil))
        let first = ModelGates().judge(judged, against: nil, policy: policy(), groups: nil)
        #expect(first.count == 1 && !first[0].passes && first[0].demanded == "500 of users held out")
        let next = ModelGates().judge(judged, against: judged, policy: policy(), groups: nil)
        #expect(next.count == 1 && !next[0].passes && next[0].demanded.contains("not learned from"))
    }

    @Test func anotherFileHasOtherRows() throws {
        let table = try table(.logit, rows: 2_000)
        #expect(table.hasRows(of: table))
        #expect(try !table.hasRows(of: self.table(.logit, rows: 2_100)))
        #expect(try !table.hasRows(of: self.table(.probit, rows: 2_000)))
    }
}
