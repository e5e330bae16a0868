// Every answer that is not a price, an acknowledgement or a report. The codes are part of the wire
// protocol (docs/wire.md): a number, once given, keeps its meaning.

/// Stable codes of refusals.
public enum RefusalCode: UInt16, Sendable, CaseIterable {
    // The message itself
    case truncatedHeader = 100
    case wrongMagic = 101
    case unsupportedVersion = 102
    case unknownKind = 103
    case wrongFrameCount = 104
    case frameTooLarge = 105
    case malformedBody = 106
    case bodyTooComplex = 107
    case misrouted = 108

    // The cluster
    case deadlineExpired = 120
    case outcomeUnknown = 121
    case overloaded = 122
    case unavailable = 123
    case notYetReadable = 124
    case logFailed = 125
    /// Internal, from a worker to a router, which sends the request on.
    case notLeader = 126
    /// Two workers stopped while they held this request.
    case quarantined = 127

    // What was asked
    case invalidIdentifier = 200
    case emptyCart = 201
    case tooManyLines = 202
    case invalidQuantity = 203
    case unknownProduct = 204
    case unknownCurrency = 205
    case currencyMismatch = 206
    case invalidEvent = 210
    case tooManyEvents = 211
    case invalidCatalogueRow = 220
    case tooManyRows = 221
    case modelRejected = 230
    case invalidFreeze = 231
    case invalidStockValue = 232
    case invalidQuote = 240
    case quoteExpired = 241

    // A command on the operator's machine
    case invalidConfiguration = 300
    case addressInUse = 301
    case invalidFile = 302

    /// Statuses below it are answers.
    public static let lowest: UInt16 = 100

    /// Whether it says something about the request itself, which everybody would say, rather than about one attempt at
    /// it.
    public var judgesTheRequest: Bool { !(120..<200).contains(rawValue) }

    /// Whether the same request, sent again unchanged, can succeed.
    public var isRetryable: Bool {
        switch self {
        case .overloaded, .unavailable, .outcomeUnknown, .notYetReadable, .logFailed: true
        default: false
        }
    }

    /// The name that stands beside the number, for example `UNKNOWN_PRODUCT`.
    public var name: String {
        var name = ""
        for character in "\(self)" {
            if character.isUppercase { name.append("_") }
            name += character.uppercased()
        }
        return name
    }
}

/// An answer that says no: where, what was found there, and what to do about it.
public struct Refusal: Error, Equatable, Sendable {
    public var code: RefusalCode
    /// Where, for example `lines[2].quantity`.
    public var place: String
    /// The offending value as text; empty when there is none.
    public var value: String
    /// One sentence: what to do.
    public var remedy: String

    public init(_ code: RefusalCode, place: String, value: String = "", remedy: String) {
        self.code = code
        self.place = Self.clip(place, to: 1_000)
        self.value = Self.clip(value, to: 80)
        self.remedy = Self.clip(remedy, to: 1_000)
    }

    /// At most so many Unicode scalars: a single visible character may consist of a megabyte of them.
    private static func clip(_ text: String, to scalars: Int) -> String {
        guard text.unicodeScalars.count > scalars else { return text }
        return String(text.unicodeScalars.prefix(scalars - 3)) + "…"
    }
}

extension Refusal: CustomStringConvertible {
    public var description: String {
        let found = value.isEmpty ? "" : ": \(value)"
        return "\(code.name) (\(code.rawValue)): \(place)\(found). \(remedy)"
    }
}
