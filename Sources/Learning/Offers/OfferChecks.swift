// What an analyst wants to be told of a file of offers before anything is learned: what was dropped and why, and what
// no uplift can be learned of.

import Domain

/// What was found in a table of offers.
public struct OfferFindings: Equatable, Sendable {
    public var exposures = ExposureFindings()
    /// Rows whose propensity was raised to the least that is used.
    public var clipped = 0
    /// Offers whose propensities do not fit how often they were made: Σ 1 / propensity over the rows, which should be 1.
    public var doubtful: [String: Double] = [:]

    /// One sentence for each finding.
    public var sentences: [String] {
        var sentences = exposures.sentences.map { $0.replacing("user, item and time", with: "user and time") }
        if clipped > 0 {
            sentences.append(
                "\(clipped) rows have a propensity below \(OfferChecks.leastPropensity), which stands in for theirs: "
                    + "what is said of these offers is a little biased")
        }
        return sentences
            + doubtful.sorted { $0.key < $1.key }.map { name, sum in
                "the propensities of \(name.isEmpty ? "no offer" : "offer “\(name)”") do not fit how often it was made: "
                    + "they say \((1 / sum * 1_000).rounded() / 1_000) rows for each one there is"
            }
    }
}

enum OfferChecks {
    static let fewestRows = 1_000
    /// Of each offer, and of none.
    static let fewestOfEach = 100
    /// In each quarter of the users.
    private static let fewestInPart = 10
    static let mostOffers = 50
    /// Rarer offers would weigh more than a hundred rows each.
    static let leastPropensity = 0.01
    /// More clipped rows than this share, and the estimate is about other propensities than those that were used.
    private static let mostClipped = 0.05
    /// |Σ 1 / propensity over rows − 1| above the first is told, above the second refused.
    private static let doubt = 0.1
    private static let disbelief = 0.5
    private static let follows = 0.98

    /// Drops what repeats and what leaks, and clips propensities.
    /// - Throws: when no uplift can be learned from the rows.
    static func clean(_ raw: OfferTable) throws(LearningError) -> (table: OfferTable, findings: OfferFindings) {
        var findings = OfferFindings()
        var seen: Set<Exposure> = []
        let kept = (0..<raw.count).filter {
            seen.insert(Exposure(user: raw.users[$0], time: raw.times[$0])).inserted
        }
        findings.exposures.duplicates = raw.count - kept.count
        var table = raw.rows(at: kept)
        try refuseFewRows(table)
        try refuseOneProfit(table)
        for row in 0..<table.count where table.propensities[row] < leastPropensity {
            table.propensities[row] = leastPropensity
            findings.clipped += 1
        }
        guard Double(findings.clipped) <= mostClipped * Double(table.count) else {
            throw LearningError(
                place: "\(table.file):propensity", value: "\(findings.clipped) rows below \(leastPropensity)",
                remedy: "Make such offers more often, or leave their rows out.")
        }
        try judgePropensities(table, &findings)
        for column in table.features {
            if let reason = leak(column, table) { findings.exposures.droppedColumns[column.name] = reason }
        }
        table.features.removeAll { findings.exposures.droppedColumns[$0.name] != nil }
        guard !table.features.isEmpty else {
            throw LearningError(
                place: "\(table.file):1", value: "no column of features",
                remedy: "Add columns that tell users apart, known before the offer was made.")
        }
        return (table, findings)
    }

    private struct Exposure: Hashable {
        var user: String
        var time: Timestamp
    }

    private static func refuseFewRows(_ table: OfferTable) throws(LearningError) {
        guard table.count >= fewestRows else {
            throw LearningError(
                place: table.file, value: "\(table.count) different rows",
                remedy: "Give at least \(fewestRows); below that nothing can be said of anybody's uplift.")
        }
        var counts: [String: Int] = ["": 0]
        for offer in table.offers { counts[offer, default: 0] += 1 }
        guard counts.count > 1, counts.count <= mostOffers + 1 else {
            throw LearningError(
                place: "\(table.file):offer", value: "\(counts.count - 1) offers", remedy: "Give 1 to \(mostOffers).")
        }
        for (offer, count) in counts.sorted(by: { $0.key < $1.key }) where count < fewestOfEach {
            throw LearningError(
                place: "\(table.file):offer",
                value: "\(offer.isEmpty ? "none" : offer) in \(count) rows",
                remedy: "Give at least \(fewestOfEach) rows of each offer and of none, drawn at random.")
        }
    }

    /// Users are told apart in halves, and each half in two sides, which all must know every offer.
    static func refuseFewUsers(_ table: OfferTable) throws(LearningError) {
        var counts: [String: [Int]] = ["": [0, 0, 0, 0]]
        for row in 0..<table.count {
            let user = OfferRows.number(table.users[row])
            counts[table.offers[row], default: [0, 0, 0, 0]][2 * OfferRows.half(user) + OfferRows.side(user)] += 1
        }
        for (offer, parts) in counts.sorted(by: { $0.key < $1.key }) where parts.contains(where: { $0 < fewestInPart })
        {
            throw LearningError(
                place: "\(table.file):user",
                value: "\(offer.isEmpty ? "none" : offer) for \(Set(table.users).count) users",
                remedy: "Give rows of more users: each quarter of them must have been made every offer, and none.")
        }
    }

    private static func refuseOneProfit(_ table: OfferTable) throws(LearningError) {
        guard let first = table.profits.first, table.profits.allSatisfy({ $0 == first }) else { return }
        throw LearningError(
            place: "\(table.file):profit", value: "always \(first)", remedy: "Give profits that differ.")
    }

    private static func judgePropensities(_ table: OfferTable, _ findings: inout OfferFindings) throws(LearningError) {
        var sums: [String: Double] = [:]
        for row in 0..<table.count { sums[table.offers[row], default: 0] += 1 / table.propensities[row] }
        for (offer, sum) in sums.sorted(by: { $0.key < $1.key }) {
            let share = sum / Double(table.count)
            if abs(share - 1) > doubt { findings.doubtful[offer] = share }
            guard abs(share - 1) <= disbelief else {
                throw LearningError(
                    place: "\(table.file):propensity",
                    value: "\(offer.isEmpty ? "none" : offer): Σ 1/p ÷ rows = \(share)",
                    remedy: "This should be near 1: give the chance with which each row's own offer was drawn.")
            }
        }
    }

    // MARK: - What knows too much

    private static func leak(_ column: ExposureTable.NamedColumn, _ table: OfferTable) -> String? {
        switch column.values {
        case .numbers(let values), .hours(let values):
            let known = values.indices.filter { !values[$0].isNaN }
            guard known.count >= fewestRows else { return nil }
            let numbers = known.map { Double(values[$0]) }
            for (what, outcome) in [("profit", table.profits), ("cost", table.costs)]
            where abs(ExposureChecks.correlation(numbers, known.map { outcome[$0] })) > ColumnLeaks.leakingArea {
                return "it follows the \(what), so it was probably written after the offer"
            }
            let offered = known.map { table.offers[$0].isEmpty ? 0.0 : 1 }
            return abs(ExposureChecks.correlation(numbers, offered)) > follows ? "it says who was made an offer" : nil
        case .levels(let values):
            var counts: [String: [String: Int]] = [:]
            for row in values.indices { counts[values[row], default: [:]][table.offers[row], default: 0] += 1 }
            let guessed = counts.values.reduce(0) { $0 + ($1.values.max() ?? 0) }
            return Double(guessed) > follows * Double(values.count) && counts.count > 1
                ? "it says which offer was made, or tells every row from every other" : nil
        }
    }
}
