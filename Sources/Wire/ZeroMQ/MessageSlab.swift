/// A fixed number of frames at numbered places: what a router keeps while requests are in flight.
@safe
public struct MessageSlab: ~Copyable {
    private let messages: UnsafeMutableBufferPointer<Message>

    public init(capacity: Int) {
        unsafe messages = .allocate(capacity: capacity)
        for index in 0..<capacity {
            unsafe messages.initializeElement(at: index, to: Message())
        }
    }

    deinit {
        unsafe messages.deinitialize()
        unsafe messages.deallocate()
    }

    public subscript(index: Int) -> Message {
        _read { yield unsafe messages[index] }
        _modify { yield unsafe &messages[index] }
    }
}
