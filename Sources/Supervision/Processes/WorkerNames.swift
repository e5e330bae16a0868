/// Names of workers: `w1` to `wN`, and the next free one for a worker that is added.
public enum WorkerNames {
    /// - Returns: the first `count` names `w1`, `w2`, … that are not taken; none for a negative count.
    public static func free(_ count: Int, besides taken: [String]) -> [String] {
        let taken = Set(taken)
        return Array((1...).lazy.map { "w\($0)" }.filter { !taken.contains($0) }.prefix(max(0, count)))
    }

    /// Which workers to let go when fewer are wanted: those with the highest numbers, other names before them.
    /// - Returns: names, the first to go first.
    public static func surplus(_ count: Int, of names: [String]) -> [String] {
        Array(names.sorted { rank($0) > rank($1) }.prefix(max(0, count)))
    }

    /// Whether a name is one of `w1`, `w2`, …
    public static func isNumbered(_ name: String) -> Bool { number(name) != nil }

    private static func rank(_ name: String) -> (Int, String) { (number(name) ?? .max, name) }

    private static func number(_ name: String) -> Int? {
        guard name.hasPrefix("w"), let number = Int(name.dropFirst()), "w\(number)" == name else { return nil }
        return number
    }
}
