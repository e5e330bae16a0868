import Glibc
import Testing

/// A blocking TCP socket of loopback; a read that takes ten seconds fails.
final class Plug {
    let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    static func listening() -> Plug {
        let plug = Plug(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var on: Int32 = 1
        _ = unsafe setsockopt(plug.descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        _ = unsafe address(0) { unsafe bind(plug.descriptor, $0, $1) }
        listen(plug.descriptor, 16)
        return plug
    }

    static func connected(to port: UInt16) throws -> Plug {
        let plug = Plug(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        unsafe try #require(address(port) { unsafe connect(plug.descriptor, $0, $1) } == 0)
        return plug
    }

    func accepted() throws -> Plug {
        let descriptor = accept(self.descriptor, nil, nil)
        try #require(descriptor >= 0)
        return Plug(descriptor)
    }

    var port: UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
    }

    /// Waits for so many bytes.
    func receive(_ count: Int) throws -> String {
        var bytes = [UInt8](repeating: 0, count: count)
        try #require(unsafe recv(descriptor, &bytes, count, Int32(MSG_WAITALL)) == count)
        return String(decoding: bytes, as: UTF8.self)
    }

    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    var hasSomethingToRead: Bool {
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&item, 1, 0) > 0
    }

    /// Waits for the other side's end.
    var isAtItsEnd: Bool {
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, 0) == 0
    }

    /// Waits for a reset.
    var isReset: Bool {
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, 0) < 0 && errno == ECONNRESET
    }

    private static func address(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
