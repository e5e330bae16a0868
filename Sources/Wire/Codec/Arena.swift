// Memory for one message at a time. protobuf-c asks an allocator for every submessage, string and list;
// here it gets slices of one fixed block, so that unpacking allocates nothing, freeing is resetting an
// offset, and a message built to unpack into gigabytes ("a protobuf bomb") simply runs out and is refused.

import CProtobuf

/// A bounded bump allocator. One thread, one message at a time.
@safe
public final class Arena {
    let base: UnsafeMutableRawBufferPointer
    private var used = 0
    /// Blocks beside `base`, for what is being built and does not fit.
    fileprivate var spill: [UnsafeMutableRawPointer] = unsafe []
    /// True when something did not fit since the last reset.
    private(set) var isExhausted = false

    public init(capacity: Int) {
        unsafe base = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        reset()
        unsafe base.deallocate()
    }

    func reset() {
        used = 0
        isExhausted = false
        unsafe spill.forEach { unsafe $0.deallocate() }
        unsafe spill.removeAll()
    }

    /// - Returns: nil when the block is full; protobuf-c then gives up on the message.
    func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        let (rounded, overflow) = size.addingReportingOverflow(15)
        let slot = rounded & ~15
        guard !overflow, unsafe slot <= base.count - used, let start = unsafe base.baseAddress else {
            isExhausted = true
            return nil
        }
        defer { used += slot }
        return unsafe start + used
    }

    /// Calls `body` with this arena as a protobuf-c allocator, valid only inside.
    func withAllocator<Result>(_ body: (UnsafeMutablePointer<ProtobufCAllocator>) -> Result) -> Result {
        var allocator = unsafe ProtobufCAllocator(
            alloc: { arena, size in unsafe Unmanaged<Arena>.fromOpaque(arena!).takeUnretainedValue().allocate(size) },
            free: { _, _ in },
            allocator_data: Unmanaged.passUnretained(self).toOpaque())
        return unsafe withUnsafeMutablePointer(to: &allocator) { unsafe body($0) }
    }
}

// Building a message to be packed: its parts live in the arena until the next reset.
extension Arena {
    /// A message of protobuf-c, initialised by its generated `…__init`.
    func make<Message>(_ initialise: (UnsafeMutablePointer<Message>) -> Void) -> UnsafeMutablePointer<Message> {
        let pointer = unsafe demand(MemoryLayout<Message>.size).bindMemory(to: Message.self, capacity: 1)
        unsafe initialise(pointer)
        return unsafe pointer
    }

    /// A list of pointers, one for each element.
    func list<Element, Message>(
        _ elements: [Element], _ build: (Element) -> UnsafeMutablePointer<Message>
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<Message>?>? {
        let list = unsafe demand(max(1, elements.count) * MemoryLayout<UnsafeMutableRawPointer>.stride)
            .bindMemory(to: UnsafeMutablePointer<Message>?.self, capacity: max(1, elements.count))
        for (index, element) in elements.enumerated() { unsafe list[index] = build(element) }
        return unsafe list
    }

    func numbers<Number: BitwiseCopyable>(_ numbers: [Number]) -> UnsafeMutablePointer<Number> {
        let list = unsafe demand(max(1, numbers.count) * MemoryLayout<Number>.stride)
            .bindMemory(to: Number.self, capacity: max(1, numbers.count))
        for (index, number) in numbers.enumerated() { unsafe list[index] = number }
        return unsafe list
    }

    /// A copy of `text` with the zero byte that C wants.
    func text(_ text: String) -> UnsafeMutablePointer<CChar> {
        var text = text
        return text.withUTF8 { utf8 in
            let copy = unsafe demand(utf8.count + 1).bindMemory(to: CChar.self, capacity: utf8.count + 1)
            unsafe copy.withMemoryRebound(to: UInt8.self, capacity: utf8.count + 1) {
                unsafe _ = UnsafeMutableBufferPointer(start: $0, count: utf8.count).initialize(from: utf8)
                unsafe $0[utf8.count] = 0
            }
            return unsafe copy
        }
    }

    func data(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        let copy = unsafe demand(max(1, bytes.count)).bindMemory(to: UInt8.self, capacity: max(1, bytes.count))
        unsafe _ = UnsafeMutableBufferPointer(start: copy, count: bytes.count).initialize(from: bytes)
        return unsafe ProtobufCBinaryData(len: bytes.count, data: copy)
    }

    /// What the block cannot hold is taken from the heap: a program may build a message beyond `Limits`, and
    /// hears from the receiver that it is too large.
    func demand(_ size: Int) -> UnsafeMutableRawPointer {
        if let memory = unsafe allocate(size) { return unsafe memory }
        let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        unsafe spill.append(block)
        return unsafe block
    }
}
