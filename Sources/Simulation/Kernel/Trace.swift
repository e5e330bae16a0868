// What happened, twice: as one number that says whether two runs were the same, always; and as lines for people, only
// when somebody reads them. A run that fails is simply run again with the lines on: it will fail again.

import Domain

public struct TraceLine: Sendable {
    public var time: UInt64
    public var node: NodeID
    /// The low half of the request id that it is about; 0 for none.
    public var request: UInt64
    /// The partition that it is about.
    public var partition: PartitionID?
    public var text: String

    /// For example `   12.345678  w2  leads partition 3 under epoch 7`.
    public var description: String {
        let seconds = time / 1_000_000
        let rest = String(time % 1_000_000 + 1_000_000).dropFirst()
        let stamp = "\(seconds).\(rest)"
        return String(repeating: " ", count: max(0, 13 - stamp.count)) + stamp + "  \(node)  " + text
    }
}

public final class Trace {
    /// Words seen so far, in order.
    public private(set) var digest: UInt64 = 0x9AE1_6A3B_2F90_404F
    public let isRecording: Bool
    private let capacity: Int
    private var lines: [TraceLine] = []
    private var oldest = 0

    /// - Parameter recordedLines: the latest so many lines are kept; 0 records none.
    public init(recordedLines: Int) {
        isRecording = recordedLines > 0
        capacity = recordedLines
    }

    @inline(__always)
    func mix(_ word: UInt64) {
        let mixed = (digest ^ word) &* 0x9FB2_1C65_1E98_DF25
        digest = mixed ^ (mixed >> 32)
    }

    /// - Parameter text: only made when lines are recorded.
    func note(
        _ time: UInt64, _ node: NodeID, request: UInt64 = 0, partition: PartitionID? = nil,
        _ text: @autoclosure () -> String
    ) {
        guard isRecording else { return }
        let line = TraceLine(time: time, node: node, request: request, partition: partition, text: text())
        if lines.count < capacity {
            lines.append(line)
        } else {
            lines[oldest] = line
            oldest = (oldest + 1) % capacity
        }
    }

    /// In order of time.
    public var recorded: [TraceLine] { Array(lines[oldest...] + lines[..<oldest]) }
}
