// Frames: who owns which bytes.

import Testing
import ZeroMQ

struct MessageTests {
    @Test func aNewMessageIsEmpty() {
        let message = Message()
        #expect(message.count == 0 && !message.hasMore && message.copy().isEmpty)
    }

    @Test(arguments: [0, 1, 33, 34, 1_000, 1 << 20])
    func contentIsKeptAtEverySize(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let message = Message(bytes)
        #expect(message.count == count)
        #expect(message.copy() == bytes)
    }

    @Test func settingReplacesWhatWasThere() {
        var message = Message([1, 2, 3])
        message.set([4])
        #expect(message.copy() == [4])
        message.set([])
        #expect(message.count == 0)
    }

    @Test func reservedBytesAreWhatTheFillerWrote() {
        var message = Message([9, 9])
        message.reserve(4) { bytes in
            for offset in 0..<bytes.byteCount {
                bytes.storeBytes(of: UInt8(offset), toByteOffset: offset, as: UInt8.self)
            }
        }
        #expect(message.copy() == [0, 1, 2, 3])
    }

    @Test func takingMovesTheContentAndLeavesNothing() {
        let bytes = [UInt8](repeating: 5, count: 100)
        var source = Message(bytes)
        var target = Message([1, 2, 3])
        target.take(&source)
        #expect(target.copy() == bytes)
        #expect(source.count == 0)
        source.set([8])
        #expect(target.copy() == bytes && source.copy() == [8])
    }

    @Test(arguments: [3, 100])
    func sharedContentOutlivesTheOther(count: Int) {
        let bytes = [UInt8](repeating: 6, count: count)
        var copy = Message()
        do {
            let original = Message(bytes)
            copy.share(original)
            #expect(original.copy() == bytes)
        }
        #expect(copy.copy() == bytes)
    }

    @Test func aSharedMessageIsSentWithoutTakingTheOther() throws {
        let context = Context()
        let router = try boundRouter(in: context)
        let guest = try dealer(to: router, in: context, named: "guest")
        let kept = Message([UInt8](repeating: 7, count: 100))
        for _ in 0..<3 {
            var outgoing = Message()
            outgoing.share(kept)
            #expect(try guest.send(&outgoing) == .sent)
        }
        for _ in 0..<3 {
            #expect(try nextFrame(of: router) == Array("guest".utf8))
            #expect(try nextFrame(of: router) == [UInt8](repeating: 7, count: 100))
        }
        #expect(kept.count == 100)
    }

    @Test func theSlabKeepsEveryPlaceApart() {
        var slab = MessageSlab(capacity: 300)
        for index in 0..<300 { slab[index].set([UInt8](repeating: UInt8(truncatingIfNeeded: index), count: index)) }
        var taken = Message()
        taken.take(&slab[7])
        #expect(taken.copy() == [7, 7, 7, 7, 7, 7, 7])
        #expect(slab[7].count == 0)
        slab[7].set([1])
        for index in 0..<300 where index != 7 {
            #expect(slab[index].copy() == [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: index))
        }
        #expect(slab[7].copy() == [1])
    }
}
