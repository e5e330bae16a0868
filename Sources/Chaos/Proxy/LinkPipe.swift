// One direction of one connection through the proxy: bytes that have been read and not yet been written, each with
// the moment from which it may be.

import Domain

final class LinkPipe {
    private struct Chunk {
        var dueAt: MonotonicInstant
        var bytes: ArraySlice<UInt8>
    }

    let source: TCPDescriptor
    let sink: TCPDescriptor
    private var chunks: [Chunk] = []
    private var queued = 0
    /// The source will send no more; its end is passed on after the last byte.
    private var sourceEnded = false
    /// The sink has been told so, or is to be told nothing any more.
    private(set) var isOver = false
    /// What a throttled pipe may still write.
    private var allowance = 0.0
    private var allowedAt: MonotonicInstant

    /// What is read ahead of a slow sink: about what two kernels would hold.
    private static let capacity = 1 << 18
    /// A throttled pipe saves up this much of a second.
    private static let burstSeconds = 0.05

    init(from source: TCPDescriptor, to sink: TCPDescriptor, now: MonotonicInstant) {
        self.source = source
        self.sink = sink
        allowedAt = now
    }

    var wantsToRead: Bool { !sourceEnded && queued < Self.capacity }

    /// How long until something can be written, by the treatment alone; nil when there is nothing to write.
    func waitMicroseconds(_ treatment: LinkTreatment, now: MonotonicInstant) -> UInt64? {
        if treatment.isHeld { return nil }
        guard let first = chunks.first else { return sourceEnded && !isOver ? 0 : nil }
        let due = first.dueAt.microseconds(since: now)
        guard due == 0, let rate = treatment.bytesPerSecond, allowance < 1 else { return due }
        return UInt64((1 - allowance) / Double(rate) * 1e6) + 1
    }

    /// Takes what the source has sent.
    /// - Returns: false when the connection is broken.
    func read(through buffer: inout [UInt8], _ treatment: LinkTreatment, now: MonotonicInstant) -> Bool {
        switch source.read(into: &buffer) {
        case .bytes(let count):
            queued += count
            // After a half-close nothing is passed on, but the source must not stall.
            if isOver {
                queued = 0
            } else {
                chunks.append(
                    Chunk(dueAt: now.adding(microseconds: treatment.delayMicroseconds), bytes: buffer[..<count]))
            }
            return true
        case .later: return true
        case .end:
            sourceEnded = true
            return true
        case .broken: return false
        }
    }

    /// Passes on what is due.
    /// - Returns: false when the connection is broken.
    func write(_ treatment: LinkTreatment, now: MonotonicInstant) -> Bool {
        refill(treatment, now)
        while let first = chunks.first, first.dueAt <= now {
            let limit = treatment.bytesPerSecond == nil ? first.bytes.count : Int(allowance)
            guard limit > 0 else { return true }
            switch sink.write(first.bytes.prefix(limit)) {
            case .bytes(let count):
                queued -= count
                allowance -= treatment.bytesPerSecond == nil ? 0 : Double(count)
                if count == first.bytes.count {
                    chunks.removeFirst()
                } else {
                    chunks[0].bytes = first.bytes.dropFirst(count)
                }
            case .later: return true
            case .end, .broken: return false
            }
        }
        if chunks.isEmpty, sourceEnded, !isOver { finish() }
        return true
    }

    /// Closes this direction, whatever is still on its way.
    func finish() {
        chunks = []
        queued = 0
        isOver = true
        sink.finishSending()
    }

    private func refill(_ treatment: LinkTreatment, _ now: MonotonicInstant) {
        guard let rate = treatment.bytesPerSecond else { return allowance = 0 }
        let seconds = Double(now.microseconds(since: allowedAt)) / 1e6
        allowance = min(allowance + seconds * Double(rate), max(1, Self.burstSeconds * Double(rate)))
        allowedAt = now
    }
}
