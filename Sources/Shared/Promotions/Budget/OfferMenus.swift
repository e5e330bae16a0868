// Everybody's options without those that another one beats at no higher cost, in one flat list. Users stand in an order
// of their own, by their options: whatever order they came in, everything after sees the same list.

import Domain

struct OfferMenus: Sendable {
    /// Entries of user `u` are `starts[u]..<starts[u + 1]`; (users + 1,).
    private(set) var starts: [Int] = [0]
    /// Rising strictly within a user, from 0 or more; (entries,).
    private(set) var values: [Int64] = []
    /// Rising strictly within a user, from exactly 0; (entries,).
    private(set) var costs: [Int64] = []
    /// Place among the user's options; −1: no offer. (entries,).
    private var places: [Int] = []
    /// Where each user came in; (users,).
    private var arrivals: [Int] = []
    /// The greatest cost of all.
    private(set) var dearest: Int64 = 0

    private struct Entry {
        var value: Int64
        var cost: Int64
        var place: Int
    }

    init(_ users: [[OfferOption]]) throws(BudgetError) {
        var menus: [[Entry]] = []
        menus.reserveCapacity(users.count)
        var greatest: Int64 = 0
        for (user, options) in users.enumerated() {
            for (place, option) in options.enumerated() where option.cost < .zero {
                throw BudgetError(
                    place: "users[\(user)].options[\(place)].cost", value: "\(option.cost.minorUnits)",
                    remedy: "Give a cost of 0 or more minor units.")
            }
            let menu = Self.undominated(options)
            let (sum, overflow) = greatest.addingReportingOverflow(menu[menu.count - 1].value)
            guard !overflow else {
                throw BudgetError(
                    place: "users[\(user)].options", value: "\(menu[menu.count - 1].value)",
                    remedy: "All values together must fit in 64 bits of minor units: correct this one.")
            }
            greatest = sum
            menus.append(menu)
        }
        arrivals = menus.indices.sorted { Self.precedes(menus[$0], menus[$1]) ?? ($0 < $1) }
        for user in arrivals {
            for entry in menus[user] {
                values.append(entry.value)
                costs.append(entry.cost)
                places.append(entry.place)
            }
            starts.append(values.count)
        }
        dearest = costs.max() ?? 0
    }

    var userCount: Int { arrivals.count }

    func entries(_ user: Int) -> Range<Int> { starts[user]..<starts[user + 1] }

    /// - Parameter chosen: one entry for each user; (users,).
    /// - Returns: places of options, in the order in which the users came; (users,).
    func choices(_ chosen: [Int]) -> [Int?] {
        var choices = [Int?](repeating: nil, count: userCount)
        for (user, entry) in chosen.enumerated() where places[entry] >= 0 { choices[arrivals[user]] = places[entry] }
        return choices
    }

    /// No offer is an option too, free and worth nothing.
    private static func undominated(_ options: [OfferOption]) -> [Entry] {
        let entries =
            [Entry(value: 0, cost: 0, place: -1)]
            + options.enumerated().filter { $0.element.value > .zero }.map {
                Entry(value: $0.element.value.minorUnits, cost: $0.element.cost.minorUnits, place: $0.offset)
            }
        var menu: [Entry] = []
        for entry in entries.sorted(by: { ($0.cost, $1.value, $0.place) < ($1.cost, $0.value, $1.place) })
        where menu.last.map({ entry.value > $0.value }) ?? true {
            menu.append(entry)
        }
        return menu
    }

    /// nil: the same.
    private static func precedes(_ first: [Entry], _ second: [Entry]) -> Bool? {
        for (one, other) in zip(first, second) where (one.value, one.cost) != (other.value, other.cost) {
            return (one.cost, one.value) < (other.cost, other.value)
        }
        return first.count == second.count ? nil : first.count < second.count
    }
}
