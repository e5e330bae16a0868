// The few system calls of TCP that the proxy needs, on descriptors that never block.

import Configuration
import Glibc

/// An open socket; closed with its last reference. Used by one thread.
final class TCPDescriptor {
    let number: Int32

    private init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    enum Transfer: Equatable {
        case bytes(Int)
        /// Nothing to read, or no room to write.
        case later
        /// The other side has finished sending.
        case end
        case broken
    }

    /// Listens on a port of loopback.
    static func listening(on port: UInt16) throws(ChaosError) -> TCPDescriptor {
        let descriptor = try open()
        var on: Int32 = 1
        _ = unsafe setsockopt(descriptor.number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard unsafe withAddress("127.0.0.1", port, { unsafe bind(descriptor.number, $0, $1) }) == 0,
            listen(descriptor.number, 128) == 0
        else { throw ChaosError("cannot listen on 127.0.0.1:\(port): \(lastError())", remedy: "Free the port.") }
        return descriptor
    }

    /// Begins to connect; writing becomes possible when it is done.
    static func connecting(to endpoint: Endpoint) -> TCPDescriptor? {
        guard let descriptor = try? open() else { return nil }
        let result = unsafe withAddress(endpoint.host, endpoint.port) { unsafe connect(descriptor.number, $0, $1) }
        return result == 0 || errno == EINPROGRESS ? descriptor : nil
    }

    func accepted() -> TCPDescriptor? {
        let number = accept(self.number, nil, nil)
        guard number >= 0 else { return nil }
        _ = fcntl(number, F_SETFL, O_NONBLOCK)
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        let descriptor = TCPDescriptor(number)
        descriptor.sendAtOnce()
        return descriptor
    }

    func read(into buffer: inout [UInt8]) -> Transfer {
        let count = unsafe Glibc.read(number, &buffer, buffer.count)
        return count == 0 ? .end : Self.transfer(count)
    }

    func write(_ bytes: ArraySlice<UInt8>) -> Transfer {
        Self.transfer(
            unsafe bytes.withUnsafeBytes { unsafe send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) })
    }

    func finishSending() { _ = shutdown(number, Int32(SHUT_WR)) }

    /// Makes closing send RST instead of FIN.
    func resetOnClose() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(number, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    }

    private func sendAtOnce() {
        var on: Int32 = 1
        _ = unsafe setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func open() throws(ChaosError) -> TCPDescriptor {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(AF_INET, type, 0)
        guard number >= 0 else {
            throw ChaosError("cannot open a socket: \(lastError())", remedy: "Raise the limit of open files.")
        }
        let descriptor = TCPDescriptor(number)
        descriptor.sendAtOnce()
        return descriptor
    }

    private static func transfer(_ count: Int) -> Transfer {
        if count >= 0 { return .bytes(count) }
        return errno == EAGAIN || errno == EINTR ? .later : .broken
    }

    private static func lastError() -> String { unsafe String(cString: strerror(errno)) }

    private static func withAddress(
        _ host: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return -1 }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
