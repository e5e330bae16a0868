// I7: floor ≤ price ≤ ceiling, positive, and amounts that add up, under every fault.

import Domain

public enum PricesWithinGuardrails: Checker {
    public static let name = "PricesWithinGuardrails"

    public static func evidence(in findings: Findings) -> [String] {
        findings.history.all.compactMap { id, operation in
            guard case .price(let number, _) = operation.request, case .priced(let price) = operation.outcome else {
                return nil
            }
            return problem(price, findings.shop.carts[number], findings.shop).map { "\(id): \($0)" }
        }
    }

    private static func problem(_ price: PriceRecord, _ cart: Shop.Cart, _ shop: Shop) -> String? {
        guard price.isOfItsCart, price.lines.count == cart.products.count else {
            return "the lines are not those of the cart"
        }
        var sum = Money.zero
        for (line, product) in cart.products.enumerated() {
            let unit = price.lines[line].unitPrice
            let floor = shop.floor(of: product)
            let ceiling = shop.rows[product].listPrice
            guard floor <= unit, unit <= ceiling, unit > .zero else {
                return "\(shop.rows[product].product) costs \(unit.minorUnits), outside of "
                    + "\(floor.minorUnits)…\(ceiling.minorUnits)"
            }
            guard let total = unit.times(cart.quantities[line]), total == price.lines[line].total else {
                return "line \(line) of \(cart.quantities[line]) × \(unit.minorUnits) comes to "
                    + "\(price.lines[line].total.minorUnits)"
            }
            sum = sum + total
        }
        return sum == price.total ? nil : "lines of \(sum.minorUnits) in all come to \(price.total.minorUnits)"
    }
}
