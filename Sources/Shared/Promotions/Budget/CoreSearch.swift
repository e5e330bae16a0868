// The exact part of an allocation: a dynamic programme over lists. One member of the core after another is decided; kept
// are the states (budget left, value) that no other state beats and that may still beat the best choice known, by the
// Lagrangian bound of whoever is not decided yet. The whole steps of that bound complete every state to a choice, so
// that good ones are known early. When no state is left, the best choice is optimal.
//
// The work is counted in states, never in time. Where it does not suffice, the states with the highest bounds are kept,
// and the highest of those dropped is the bound of the answer. Rejected: a dynamic programme over minor units, whose
// time grows with the budget; branching depth first, which forgets what it has seen beaten; deciding those of least loss
// first, as Pisinger does, which where few large offers stand among many small ones meets every mixture of both.
// Sources: Dyer, Riha and Walker (1995); Pisinger, A minimal algorithm for the multiple-choice knapsack problem (1995).

import Domain

struct CoreSearch {
    private let menus: OfferMenus
    private let budget: Int64
    private let core: Core
    private let members: [Core.Member]
    /// The members' steps, steepest first.
    private let steps: [GreedySteps.Step]
    private var remaining: RemainingSteps

    /// What the users decided so far make.
    private struct State {
        var left: Int64
        var value: Int64
        /// The last decision in `trail`; −1: none.
        var last: Int
        /// No choice that begins like this is worth more.
        var bound: Int64
    }
    private struct Decision {
        var before: Int
        var entry: Int
    }
    private var trail: [Decision] = []

    /// Everybody decided: members to `place` by the trail, the others by their steps before the cursor.
    private struct Completion {
        var place: Int
        var last: Int
        var cursor: Int
        var value: Int64
    }
    private var completion: Completion?
    private var bestValue: Int64
    /// States looked at.
    private var work = 0
    /// The highest bound of a state that was dropped without being beaten.
    private var dropped: Int64?

    /// Options that members have who are not decided yet.
    private var options: Int

    /// States to look at, about: as many are kept from one member to the next as leave work for those behind.
    private let mostWork: Int
    /// States that are kept in any case; where even so many are too much work, no further member is decided.
    private static let leastWidth = 256

    /// - Parameter whole: how many steps fit; not all do.
    init(_ menus: OfferMenus, _ greedy: GreedySteps, whole: Int, budget: Int64, above best: Int64, mostWork: Int) {
        self.menus = menus
        self.mostWork = mostWork
        self.budget = budget
        core = Core(menus, greedy, whole: whole, budget: budget)
        bestValue = max(best, core.settled.value)
        var members = core.members(losing: core.openGap(above: bestValue))
        var places = [Int?](repeating: nil, count: menus.userCount)
        for (place, member) in members.enumerated() { places[member.user] = place }
        steps = greedy.steps.filter { places[$0.user] != nil }
        for (index, step) in steps.enumerated() {
            if let place = places[step.user] { members[place].steps.append(index) }
        }
        self.members = members
        remaining = RemainingSteps(steps)
        options = members.reduce(0) { $0 + $1.options }
    }

    /// Searches for a choice that is worth more than the best one known.
    /// - Returns: a value that none exceeds; nil: none exceeds the best one's, which is optimal.
    mutating func improve(_ best: inout Incumbent) -> Int64? {
        if core.settled.value > best.value { best = core.settled }
        var states = [start()]
        // What members bring who are not decided yet and are made no step: their free options.
        var free = members.reduce(0) { $0 + menus.values[menus.starts[$1.user]] }
        for (place, member) in members.enumerated() where !states.isEmpty {
            guard work < 2 * mostWork else {
                drop(states)
                break
            }
            for step in member.steps { remaining.remove(step) }
            options -= member.options
            free -= menus.values[menus.starts[member.user]]
            states = decide(place, states, free: free)
        }
        if let completion { best = choice(completion) }
        return dropped.flatMap { $0 > bestValue ? $0 : nil }
    }

    /// Everybody settled who is no member, nobody decided who is one.
    private func start() -> State {
        var state = State(left: budget - core.settled.cost, value: core.settled.value, last: -1, bound: .max)
        for member in members {
            state.left += menus.costs[core.settled.choices[member.user]]
            state.value -= menus.values[core.settled.choices[member.user]]
        }
        return state
    }

    /// Every state with every option of one member, those that are beaten left out; in falling order of what is left.
    private mutating func decide(_ place: Int, _ states: [State], free: Int64) -> [State] {
        let entries = core.entries(of: members[place].user, losing: core.openGap(above: bestValue))
        var cursors = [Int](repeating: 0, count: entries.count)
        var next: [State] = []
        next.reserveCapacity(2 * states.count)
        while let (source, left, value) = leftMost(states, entries, cursors) {
            let before = states[cursors[source]].last
            cursors[source] += 1
            work += 1
            if let last = next.last, last.value >= value { continue }
            let (whole, part) = remaining.fill(left)
            let completed = value + free + whole
            guard completed + part > bestValue else { continue }
            trail.append(Decision(before: before, entry: entries[source]))
            if completed > bestValue {
                bestValue = completed
                completion = Completion(
                    place: place, last: trail.count - 1, cursor: remaining.cursor, value: completed)
            }
            next.append(State(left: left, value: value, last: trail.count - 1, bound: completed + part))
        }
        next.removeAll { $0.bound <= bestValue }
        return narrowed(next)
    }

    /// The continuation that leaves most of the budget; of equals the one worth most.
    private func leftMost(
        _ states: [State], _ entries: [Int], _ cursors: [Int]
    ) -> (source: Int, left: Int64, value: Int64)? {
        var most: (source: Int, left: Int64, value: Int64)?
        for (source, entry) in entries.enumerated() where cursors[source] < states.count {
            let state = states[cursors[source]]
            let (left, value) = (state.left - menus.costs[entry], state.value + menus.values[entry])
            guard left >= 0, most.map({ ($0.left, $0.value) < (left, value) }) ?? true else { continue }
            most = (source, left, value)
        }
        return most
    }

    private mutating func narrowed(_ states: [State]) -> [State] {
        let width = max(Self.leastWidth, (mostWork - work) / max(1, options))
        guard states.count > width else { return states }
        let order = states.indices.sorted { (states[$1].bound, $0) < (states[$0].bound, $1) }
        drop([states[order[width]]])
        return order[..<width].sorted().map { states[$0] }
    }

    private mutating func drop(_ states: [State]) {
        for state in states { dropped = max(dropped ?? .min, state.bound) }
    }

    private func choice(_ completion: Completion) -> Incumbent {
        var choices = core.settled.choices
        for member in members[(completion.place + 1)...] { choices[member.user] = menus.starts[member.user] }
        var last = completion.last
        for member in members[...completion.place].reversed() {
            choices[member.user] = trail[last].entry
            last = trail[last].before
        }
        let undecided = Set(members[(completion.place + 1)...].map(\.user))
        for step in steps[..<completion.cursor] where undecided.contains(step.user) { choices[step.user] = step.to }
        let cost = choices.reduce(Int128(0)) { $0 + Int128(menus.costs[$1]) }
        precondition(cost <= Int128(budget), "a choice spent \(cost) of \(budget)")
        return Incumbent(choices: choices, value: completion.value, cost: Int64(cost))
    }
}
