import Domain

/// How a process says to its supervisor that starting it again will not help (EX_CONFIG of sysexits.h).
public enum PermanentFailure {
    public static let status: Int32 = 78
}

extension RefusalCode {
    /// Whether only a person can mend it: the configuration or a file of this machine is wrong.
    public var isPermanent: Bool { self == .invalidConfiguration || self == .invalidFile }
}
