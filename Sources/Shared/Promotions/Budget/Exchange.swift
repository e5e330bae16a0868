// What becomes of the rest of the budget, too small for the next step. The first k steps make a choice for every k;
// around each of them, up to two users whose steps stand near the k-th are moved to any of their options, also ones off
// their hull. The best that the budget covers wins: fewer steps leave room for a dear option, more steps than fit are
// made good by a cheaper one.
//
// Which exchanges stand beside which k does not depend on the budget, see `BudgetAllocator`. Only those k are looked at
// that could still win: the value of two users' best options bounds what two exchanges can bring.

/// The best choice so far: one entry for each user.
struct Incumbent {
    var choices: [Int] = []
    var value: Int64 = -1
    var cost: Int64 = 0
}

struct Exchange {
    private let menus: OfferMenus
    private let steps: [GreedySteps.Step]
    private let freeValue: Int64
    private let dearest: Int64
    private let budget: Int64
    /// For each block of `reach` steps, the greatest value and cost of any option of their users.
    private let blocks: [(value: Int64, cost: Int64)]

    /// Steps on each side of the k-th whose users may be moved.
    private static let reach = 64

    /// A user moved to another entry.
    private struct Move {
        var user: Int
        var entry: Int
        var value: Int64
        var cost: Int64
    }
    private var moves: [Move] = []
    /// The k at which a user's moves were last listed; (users,).
    private var listed: [Int]

    init(_ menus: OfferMenus, _ greedy: GreedySteps, dearest: Int64, budget: Int64) {
        self.menus = menus
        self.dearest = dearest
        self.budget = budget
        steps = greedy.steps
        freeValue = greedy.freeValue
        listed = [Int](repeating: -1, count: menus.userCount)
        blocks = stride(from: 0, to: greedy.steps.count, by: Self.reach).map { start in
            var greatest: (value: Int64, cost: Int64) = (0, 0)
            for step in greedy.steps[start..<min(start + Self.reach, greedy.steps.count)] {
                for entry in menus.entries(step.user) where menus.costs[entry] <= dearest {
                    greatest.value = max(greatest.value, menus.values[entry])
                    greatest.cost = max(greatest.cost, menus.costs[entry])
                }
            }
            return greatest
        }
    }

    /// What the first k steps make.
    private struct Prefix {
        var count = 0
        /// One entry for each user.
        var chosen: [Int]
        var value: Int64
        var cost: Int128 = 0
    }

    /// - Parameters:
    ///   - whole: how many steps fit.
    ///   - bound: a value that cannot be exceeded: nothing is left to look for.
    mutating func search(from whole: Int, stoppingAt bound: Int64, improving best: inout Incumbent) {
        var prefix = Prefix(chosen: Array(menus.starts.dropLast()), value: freeValue)
        while prefix.count < whole { take(&prefix) }
        let start = prefix
        while best.value < bound {
            consider(prefix, improving: &best)
            guard prefix.count > 0 else { break }
            giveBack(&prefix)
        }
        prefix = start
        while best.value < bound, prefix.count < steps.count {
            take(&prefix)
            consider(prefix, improving: &best)
        }
    }

    private func take(_ prefix: inout Prefix) {
        let step = steps[prefix.count]
        prefix.chosen[step.user] = step.to
        prefix.value += step.value
        prefix.cost += Int128(step.cost)
        prefix.count += 1
    }

    private func giveBack(_ prefix: inout Prefix) {
        let step = steps[prefix.count - 1]
        prefix.chosen[step.user] = step.from
        prefix.value -= step.value
        prefix.cost -= Int128(step.cost)
        prefix.count -= 1
    }

    /// The steps whose users may be moved. Before the first step everybody may: that alone finds the one user whose best
    /// offer is worth more than all cheap ones together.
    private func window(around count: Int) -> Range<Int> {
        count == 0 ? steps.indices : max(0, count - Self.reach)..<min(steps.count, count + Self.reach)
    }

    private mutating func consider(_ prefix: Prefix, improving best: inout Incumbent) {
        let window = window(around: prefix.count)
        var greatest: (value: Int128, cost: Int128) = (0, 0)
        for near in (window.lowerBound / Self.reach)..<((window.upperBound + Self.reach - 1) / Self.reach) {
            greatest.value = max(greatest.value, Int128(blocks[near].value))
            greatest.cost = max(greatest.cost, Int128(blocks[near].cost))
        }
        let room = Int128(budget) - prefix.cost
        guard Int128(prefix.value) + 2 * greatest.value > Int128(best.value), room + 2 * greatest.cost >= 0 else {
            return
        }
        listMoves(prefix, window)
        guard let (first, second) = bestPair(within: room, above: Int128(best.value) - Int128(prefix.value)) else {
            return
        }
        best.choices = prefix.chosen
        best.value = prefix.value
        var cost = prefix.cost
        for move in [first, second] where move.user >= 0 {
            best.choices[move.user] = move.entry
            best.value += move.value
            cost += Int128(move.cost)
        }
        precondition(cost >= 0 && cost <= Int128(budget), "an exchange spent \(cost) of \(budget)")
        best.cost = Int64(cost)
    }

    /// Cheapest first; the first few may bring costs down. Twice there is a move of nobody, so that a pair may be one
    /// move or none.
    private mutating func listMoves(_ prefix: Prefix, _ window: Range<Int>) {
        moves.removeAll(keepingCapacity: true)
        moves.append(Move(user: -1, entry: 0, value: 0, cost: 0))
        moves.append(Move(user: -2, entry: 0, value: 0, cost: 0))
        for index in window {
            let user = steps[index].user
            guard listed[user] != prefix.count else { continue }
            listed[user] = prefix.count
            let now = prefix.chosen[user]
            for entry in menus.entries(user) where entry != now && menus.costs[entry] <= dearest {
                moves.append(
                    Move(
                        user: user, entry: entry, value: menus.values[entry] - menus.values[now],
                        cost: menus.costs[entry] - menus.costs[now]))
            }
        }
        moves.sort { ($0.cost, $1.value, $0.user, $0.entry) < ($1.cost, $0.value, $1.user, $1.entry) }
    }

    /// The two moves of different users that bring most, more than `least`, and cost no more than there is room.
    private func bestPair(within room: Int128, above least: Int128) -> (Move, Move)? {
        // For every place, the best move up to it, and the best one of another user.
        var tops: [(first: Int, second: Int?)] = []
        tops.reserveCapacity(moves.count)
        for (place, move) in moves.enumerated() {
            guard let top = tops.last else {
                tops.append((place, nil))
                continue
            }
            if move.value > moves[top.first].value {
                tops.append((place, moves[top.first].user == move.user ? top.second : top.first))
            } else if move.user != moves[top.first].user, top.second.map({ move.value > moves[$0].value }) ?? true {
                tops.append((top.first, place))
            } else {
                tops.append(top)
            }
        }
        var best: (value: Int128, first: Int, second: Int)?
        // As one move grows dearer, fewer others fit beside it.
        var end = moves.count
        for (place, move) in moves.enumerated() {
            while end > 0, Int128(move.cost) + Int128(moves[end - 1].cost) > room { end -= 1 }
            guard end > 0 else { break }
            let top = tops[end - 1]
            guard let other = moves[top.first].user == move.user ? top.second : top.first else { continue }
            let value = Int128(move.value) + Int128(moves[other].value)
            if value > best?.value ?? least { best = (value, place, other) }
        }
        return best.map { (moves[$0.first], moves[$0.second]) }
    }
}
