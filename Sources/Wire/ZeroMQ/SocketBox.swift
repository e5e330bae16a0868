/// A socket with a place of its own, so that several can stand in an array.
public final class SocketBox {
    public var socket: Socket

    public init(_ socket: consuming Socket) { self.socket = socket }
}
