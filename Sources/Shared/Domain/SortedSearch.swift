// Binary searches in sorted collections.

extension RandomAccessCollection where Index == Int {
    /// The first index at which `belongsAfter` is true, in a collection partitioned by it. O(log count).
    @inlinable
    public func partitioningIndex(where belongsAfter: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if belongsAfter(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The index of the first element with this key; nil when there is none. O(log count).
    /// - Precondition: the keys do not descend.
    @inlinable
    public func sortedIndex<Key: Comparable>(of key: Key, by keyOf: (Element) -> Key) -> Int? {
        let index = partitioningIndex { !(keyOf($0) < key) }
        return index < endIndex && keyOf(self[index]) == key ? index : nil
    }
}

extension RandomAccessCollection where Index == Int, Element: Comparable {
    /// The index of the first of these elements; nil when there is none. O(log count).
    /// - Precondition: the elements do not descend.
    @inlinable
    public func sortedIndex(of element: Element) -> Int? { sortedIndex(of: element) { $0 } }
}
