// What a world without rivals, seasons and stock holds, as a checksum taken before there were any. Whoever measured
// something in such a world can measure it again. Only Poisson demand is younger.

import Domain
import Testing
import World

@Suite struct PlainWorldTests {
    @Test(arguments: zip(DemandLaw.allCases, Self.checksums))
    func aWorldWithoutSurroundingsIsWhatItWasBeforeThereWereAny(_ law: DemandLaw, _ checksum: UInt64) {
        #expect(Self.checksum(of: KnownWorld(law: law, seed: 3)) == checksum)
    }

    private static let checksums: [UInt64] = [
        0xf47f_764b_14e4_8de3, 0xa8d6_9321_f4de_b58c, 0xf32c_8c35_ab08_7883, 0x6fef_fa44_af39_b572,
        0xdab4_3b76_bf0e_b244,
        0xeaa1_da4b_766e_8c40, 0xdb05_d3c0_612e_4dcd,
    ]

    private static func checksum(of world: KnownWorld) -> UInt64 {
        var text = ""
        func add(_ question: Question) {
            let features = question.shopper.values + question.item.values + question.moment.values
            let chance = world.demand(question.shopper, question.item, question.moment).probability(atLogRatio: 0.05)
            text += """
                \(question.shopperNumber) \(question.itemNumber) \(question.time.milliseconds) \(features) \
                \(question.shopper.segment) \(question.item.category) \(question.item.referencePrice.minorUnits) \
                \(question.item.unitCost.minorUnits) \(Int((1e9 * chance).rounded()))
                """
        }
        world.exposures(rows: 1_000) { row in
            add(row.question)
            text += " \(row.price.minorUnits) \(row.isBought)\n"
        }
        world.questions(rows: 1_000) { question in
            add(question)
            text += "\n"
        }
        var hash = FNV1a()
        hash.update(utf8: text)
        return hash.value
    }
}
