import Domain
import Testing
import World

/// A law and a seed, for tests of every world.
struct WorldCase: CustomTestStringConvertible {
    var law: DemandLaw
    var seed: UInt64

    static let all = DemandLaw.allCases.flatMap { law in (1...5).map { WorldCase(law: law, seed: $0) } }

    var world: KnownWorld { KnownWorld(law: law, seed: seed) }

    var testDescription: String { "\(law.rawValue) \(seed)" }
}

extension KnownWorld {
    func exposures(_ count: Int) -> [RandomExposure] {
        var rows: [RandomExposure] = []
        exposures(rows: count) { rows.append($0) }
        return rows
    }

    func questions(_ count: Int) -> [Question] {
        var rows: [Question] = []
        questions(rows: count) { rows.append($0) }
        return rows
    }

    func occasion(_ question: Question) -> Occasion {
        Occasion(
            demand: demand(question), referencePrice: question.item.referencePrice.real,
            unitCost: question.item.unitCost.real)
    }
}

extension RandomExposure {
    /// p/reference.
    var ratio: Double { price.real / question.item.referencePrice.real }
}
