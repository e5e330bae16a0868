import Domain
import Profiles

/// Purchases read from a file, and what was left out.
public struct PurchaseFile: Sendable {
    public let log: PurchaseLog
    /// Lines of quantity 0: corrections and coupons.
    public let withoutQuantity: Int

    /// - Throws: also when there are not two shoppers and two items, because nothing can be told apart then.
    public init(path: String) throws(LearningError) {
        let file = try InteractionFile(path: path, .quantity)
        var rows: [(shopper: String, item: String, quantity: Double, time: Int64)] = []
        var withoutQuantity = 0
        while let line = try file.next() {
            guard line.value > 0 else {
                withoutQuantity += 1
                continue
            }
            guard ProfileBundle.quantities.contains(line.value) else {
                throw file.error(
                    remedy: "Give 0, or a quantity of at least \(ProfileBundle.quantities.lowerBound).")
            }
            rows.append((line.user, line.item, line.value, line.time))
        }
        let log = PurchaseLog(rows, hasTimes: file.hasTimes)
        guard log.shoppers.count >= 2, log.items.count >= 2 else {
            throw LearningError(
                place: file.name, value: "\(log.shoppers.count) shoppers and \(log.items.count) items with a purchase",
                remedy: "Give purchases of at least two shoppers and two items.")
        }
        self.log = log
        self.withoutQuantity = withoutQuantity
    }

    /// What one shopper bought, by item, from a file that may hold others' purchases too.
    public static func quantities(of shopper: String, path: String) throws(LearningError) -> [String: Double] {
        let file = try InteractionFile(path: path, .quantity)
        var quantities: [String: Double] = [:]
        while let line = try file.next() {
            guard line.user == shopper, line.value >= ProfileBundle.quantities.lowerBound else { continue }
            quantities[line.item] = min(
                quantities[line.item, default: 0] + line.value, ProfileBundle.quantities.upperBound)
        }
        return quantities
    }
}
