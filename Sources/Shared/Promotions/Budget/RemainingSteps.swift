// The steps of users who are not decided yet, steepest first, and how far a budget gets along them. Users are removed
// one after another, and the budgets asked for lie close together, so that both only move a cursor in a linked list.

struct RemainingSteps {
    private let steps: [GreedySteps.Step]
    /// Neighbours that are not removed; the place behind the last step stands for both ends.
    private var next: [Int]
    private var previous: [Int]
    /// The first step that is not taken; every one before it that is not removed is.
    private(set) var cursor = 0
    private var cost: Int64 = 0
    private var value: Int64 = 0

    /// - Parameter steps: steepest first.
    init(_ steps: [GreedySteps.Step]) {
        self.steps = steps
        let end = steps.count
        next = (0...end).map { $0 < end ? $0 + 1 : 0 }
        previous = (0...end).map { $0 > 0 ? $0 - 1 : end }
    }

    /// Takes a step out, for good.
    mutating func remove(_ place: Int) {
        if place < cursor {
            cost -= steps[place].cost
            value -= steps[place].value
        } else if place == cursor {
            cursor = next[place]
        }
        next[previous[place]] = next[place]
        previous[next[place]] = previous[place]
    }

    /// Takes as many whole steps as the budget covers.
    /// - Returns: what they are worth, and at most how much more the rest of the budget could bring.
    /// - Complexity: O(1) for each step that this budget and the last one differ in.
    mutating func fill(_ budget: Int64) -> (whole: Int64, part: Int64) {
        while cost > budget {
            cursor = previous[cursor]
            cost -= steps[cursor].cost
            value -= steps[cursor].value
        }
        while cursor < steps.count, steps[cursor].cost <= budget - cost {
            cost += steps[cursor].cost
            value += steps[cursor].value
            cursor = next[cursor]
        }
        guard cursor < steps.count else { return (value, 0) }
        return (value, Int64(Int128(steps[cursor].value) * Int128(budget - cost) / Int128(steps[cursor].cost)))
    }
}
