// Who is still undecided. At the shadow price λ everybody has a best option; whoever departs from it loses something,
// and no choice is worth more than the Lagrangian bound less everybody's losses. So an option that loses more than the
// gap that is still open is out, and a user with one option left is settled: of a thousand users a few dozen remain.
// Source: the reduction of Dyer, Kayal and Walker (1984); cores: Pisinger (1995).

/// The best options at λ, and what it costs to depart from them.
struct Core {
    /// A user with more than one option that could still win.
    struct Member {
        var user: Int
        /// How many options.
        let options: Int
        /// Of the cost that is at stake, as a power of two.
        fileprivate var scale: Int
        /// The least loss for a unit of cost.
        fileprivate var rate: Double
        /// Places of the user's steps among those of all members.
        var steps: [Int] = []
    }

    private let menus: OfferMenus
    private let budget: Int64
    /// Best at λ within the budget, and no dearer together than it; (users,).
    let settled: Incumbent
    /// λ = rise / run.
    private let rise: Int128
    private let run: Int128

    /// - Parameter whole: how many steps fit; not all do.
    init(_ menus: OfferMenus, _ greedy: GreedySteps, whole: Int, budget: Int64) {
        self.menus = menus
        self.budget = budget
        rise = Int128(greedy.steps[whole].value)
        run = Int128(greedy.steps[whole].cost)
        var settled = Incumbent(choices: Array(menus.starts.dropLast()), value: greedy.freeValue, cost: 0)
        for step in greedy.steps[..<whole] {
            settled.choices[step.user] = step.to
            settled.value += step.value
            settled.cost += step.cost
        }
        self.settled = settled
    }

    /// The most that departures may lose together in a choice worth more than `value`; in units of value · run, like
    /// all losses. Below 0: there is none.
    func openGap(above value: Int64) -> Int128 {
        Int128(settled.value - value - 1) * run + rise * Int128(budget - settled.cost)
    }

    /// Options of a user that could be part of such a choice, cheapest first.
    func entries(of user: Int, losing most: Int128) -> [Int] {
        menus.entries(user).filter { menus.costs[$0] <= budget && loss($0, user) <= most }
    }

    private func loss(_ entry: Int, _ user: Int) -> Int128 {
        let best = settled.choices[user]
        // Both products have the same sign, for entries rise in value and cost alike: the difference fits.
        return rise * Int128(menus.costs[entry] - menus.costs[best])
            - run * Int128(menus.values[entry] - menus.values[best])
    }

    /// In the order in which they are best decided: by the size of what is at stake, for whoever takes a large part of
    /// the budget settles what is left for the others; then by how little they lose.
    func members(losing most: Int128) -> [Member] {
        var members: [Member] = []
        for user in 0..<menus.userCount {
            let best = settled.choices[user]
            var (stake, rate) = (Int64(0), Double.infinity)
            let entries = entries(of: user, losing: most)
            for entry in entries where entry != best {
                let difference = abs(menus.costs[entry] - menus.costs[best])
                stake = max(stake, difference)
                rate = min(rate, Double(loss(entry, user)) / Double(difference))
            }
            guard stake > 0 else { continue }
            members.append(
                Member(
                    user: user, options: entries.count, scale: Int64.bitWidth - stake.leadingZeroBitCount, rate: rate))
        }
        members.sort { ($1.scale, $0.rate, $0.user) < ($0.scale, $1.rate, $1.user) }
        return members
    }
}
