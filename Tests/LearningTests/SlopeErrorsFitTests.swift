// What training says of how far its slopes are off, held against worlds in which that can be seen.

import Domain
import Foundation
import Learning
import Models
import Pricing
import Testing
import World

@Suite struct SlopeErrorsFitTests {
    /// As the report says, and as it is: the middle two thirds of |ln slope − true ln slope|.
    private func errors(_ law: DemandLaw, rows: Int) throws -> (said: SlopeErrors, true: Double) {
        let world = KnownWorld(law: law, seed: 6)
        let folder = try Folder()
        let path = try folder.write(Exposures.csv(world, rows: rows, shoppers: rows / 8), to: "shown.csv")
        let (bundle, report) = try ExposureLearner().learn(try ExposureTable(path: path, for: .outcomes), version: 1)
        let said = try #require(report.slopeErrors)
        #expect(bundle.information.slopeErrors == said)
        let (questions, occasions) = Exposures.questions(world, rows: 4_000)
        let asked = try ExposureTable(
            path: try folder.write(questions, to: "asked.csv"), for: .questions, kinds: bundle.preparation.kinds)
        let sizes = zip(bundle.curves(asked), occasions).map { abs(log($0.slope / $1.demand.slope)) }.sorted()
        return (said, sizes[Int(0.683 * Double(sizes.count))])
    }

    @Test func moreRowsMakeAModelSurer() throws {
        let few = try errors(.logit, rows: 6_000)
        let many = try errors(.logit, rows: 48_000)
        #expect(many.said.known < few.said.known)
        for (said, truth) in [few, many] {
            #expect(said.known > 0.7 * truth && said.known < 1.4 * truth)
            #expect(said.newcomer > said.known)
        }
    }
}
