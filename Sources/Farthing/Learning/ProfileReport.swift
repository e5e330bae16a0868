import Foundation
import Learning
import Profiles

/// The outcome of `farthing learn profiles`.
struct ProfileReport: Encodable {
    struct Rule: Encodable {
        var rule: String
        var hitRate: Double
        var ndcg: Double
        var hitRateNew: Double
        var ndcgNew: Double
        var isChosen: Bool
    }
    struct Segment: Encodable {
        var name: String
        var shoppers: Int
        var share: Double
        var medianQuantity: Double
        var medianItems: Int
        var more: [Item]
    }
    struct Item: Encodable {
        var item: String
        var share: Double
        var shareOfAll: Double
    }
    struct Gap: Encodable {
        var segments: Int
        var gap: Double
        var standardError: Double
    }
    var bundle: String
    var shoppers: Int
    var items: Int
    var purchases: Int
    var droppedWithoutQuantity: Int
    var factors: Int
    var judgedShoppers: Int
    var judgedShoppersNew: Int
    /// nil where the file has no times: nobody can tell.
    var repeatedShare: Double?
    var sellsAgain: Bool
    var rules: [Rule]
    var segments: [Segment]
    var gaps: [Gap]
    var seconds: Double

    init(
        _ bundle: ProfileBundle, _ report: ProfileLearner.Report, _ file: PurchaseFile, _ fit: ImplicitSettings,
        path: String, seconds: Double
    ) {
        self.bundle = path
        shoppers = bundle.shoppers.count
        items = bundle.items.count
        purchases = file.log.rows.count
        droppedWithoutQuantity = file.withoutQuantity
        factors = fit.factors
        judgedShoppers = report.all.first?.shoppers ?? 0
        judgedShoppersNew = report.new.first?.shoppers ?? 0
        repeatedShare = file.log.hasTimes ? report.repeated : nil
        sellsAgain = bundle.sellsAgain
        rules = zip(report.all, report.new).map { all, new in
            Rule(
                rule: "\(all.method)", hitRate: all.hitRate, ndcg: all.ndcg, hitRateNew: new.hitRate, ndcgNew: new.ndcg,
                isChosen: all.method == bundle.method)
        }
        segments = report.segments.enumerated().map { place, summary in
            Segment(
                name: "s\(place + 1)", shoppers: summary.shoppers,
                share: Double(summary.shoppers) / Double(bundle.shoppers.count),
                medianQuantity: summary.medianQuantity, medianItems: summary.medianItems,
                more: summary.more.map {
                    Item(item: bundle.items[$0.item], share: $0.share, shareOfAll: $0.shareOfAll)
                })
        }
        gaps =
            report.segmentCount?.candidates.map {
                Gap(segments: $0.count, gap: $0.gap, standardError: $0.standardError)
            } ?? []
        self.seconds = seconds
    }

    private var countedHow: String {
        if gaps.isEmpty { return "as many as asked for" }
        guard segments.count < SegmentCount.most else {
            return "as many as are looked for: the shoppers fall into no smaller number of groups"
        }
        return "as many as the gap statistic finds"
    }

    var text: String {
        var lines = ["  \(purchases) purchases of \(items) items by \(shoppers) shoppers, \(factors) factors"]
        if droppedWithoutQuantity > 0 {
            lines.append("  left out: \(droppedWithoutQuantity) lines of quantity 0, which are corrections")
        }
        if judgedShoppers > 0 {
            let again = sellsAgain ? "offered again" : "not offered again"
            let why = repeatedShare.map { "\(Self.percent($0)) of it they had bought before, so that is \(again)" }
            lines.append(
                "  held out: what \(judgedShoppers) shoppers bought last; "
                    + (why ?? "without times that is one item of each, and what was bought before is \(again)"))
            var table = Table(["rule", "hits in 10", "NDCG", "hits, new items", "NDCG, new items"])
            for rule in rules {
                table.add(
                    [(rule.isChosen ? "→ " : "  ") + rule.rule]
                        + [rule.hitRate, rule.ndcg, rule.hitRateNew, rule.ndcgNew].map { String(format: "%.4f", $0) })
            }
            lines.append(table.text)
        } else {
            lines.append("  no shopper bought twice, so no rule could be judged: factors rank")
        }
        lines.append("  segments, \(countedHow):")
        var table = Table(["segment", "shoppers", "quantity", "items", "of what it buys, more than usual"])
        for segment in segments {
            let more = segment.more.map {
                "\($0.item) (\(Self.percent($0.share)), usually \(Self.percent($0.shareOfAll)))"
            }
            table.add([
                segment.name, "\(segment.shoppers)", String(format: "%.0f", segment.medianQuantity),
                "\(segment.medianItems)", more.isEmpty ? "—" : "↑ " + more.joined(separator: ", "),
            ])
        }
        lines += [table.text, "  \(String(format: "%.1f", seconds)) s in all, written to \(bundle)"]
        return lines.joined(separator: "\n")
    }

    private static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
}
