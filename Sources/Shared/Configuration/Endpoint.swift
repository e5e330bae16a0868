/// A TCP address in ZeroMQ's notation, `tcp://127.0.0.1:7400`.
public struct Endpoint: Hashable, Sendable {
    /// A host name or an IPv4 address, or an IPv6 address in brackets.
    public var host: String
    public var port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `tcp://host:port`; nil for anything else, port 0 included.
    public init?(_ text: String) {
        guard text.hasPrefix("tcp://") else { return nil }
        let address = text.dropFirst("tcp://".count)
        guard let colon = address.lastIndex(of: ":") else { return nil }
        let host = address[..<colon]
        let digits = address[address.index(after: colon)...]
        guard Self.isHost(host), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits),
            port > 0
        else { return nil }
        self.init(host: String(host), port: port)
    }

    private static func isHost(_ text: Substring) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]"), text.utf8.count > 2 {
            return text.dropFirst().dropLast().utf8.allSatisfy { isHexadecimalDigit($0) || $0 == 0x3a || $0 == 0x2e }
        }
        return !text.isEmpty && text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2e || $0 == 0x2d }
    }
}

extension Endpoint: CustomStringConvertible {
    public var description: String { "tcp://\(host):\(port)" }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
}

private func isHexadecimalDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
}
