// “Did you mean”: the nearest known word by edit distance.

/// The candidate nearest to `word`, or nil when none is near enough to be a slip of the keyboard.
func nearest(to word: String, among candidates: [String]) -> String? {
    let allowed = max(1, word.count / 3)
    let scored = candidates.map { (distance: editDistance(word, $0), candidate: $0) }
    guard let best = scored.min(by: { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }),
        best.distance <= allowed
    else { return nil }
    return best.candidate
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
/// Source: optimal string alignment (Damerau 1964, Wagner and Fischer 1974).
private func editDistance(_ left: String, _ right: String) -> Int {
    let left = Array(left.unicodeScalars.prefix(64))
    let right = Array(right.unicodeScalars.prefix(64))
    var twoBack: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
        var current = [row + 1]
        for column in right.indices {
            let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
            var best = min(replaced, previous[column + 1] + 1, current[column] + 1)
            let swapped = row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column]
            if swapped { best = min(best, twoBack[column - 1] + 1) }
            current.append(best)
        }
        (twoBack, previous) = (previous, current)
    }
    return previous[right.count]
}
