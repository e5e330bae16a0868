/// An ISO 4217 currency that prices can be quoted in.
public struct Currency: Hashable, Sendable {
    public let code: String
    /// Digits after the decimal point: 2 for dollars and cents, 0 for yen.
    public let minorDigits: Int

    /// The currency of an ISO 4217 code, or nil when Farthing does not quote in it.
    public init?(code: String) {
        guard let digits = Self.minorDigitsByCode[code] else { return nil }
        self.code = code
        minorDigits = digits
    }

    /// An amount of minor units in units: 1234 cents are 12.34 dollars.
    public func major(_ minorUnits: Double) -> Double {
        switch minorDigits {
        case 0: minorUnits
        case 2: minorUnits / 100
        default: minorUnits / 1_000
        }
    }

    /// An amount of units in minor units: 12.34 dollars are 1234 cents.
    public func minor(_ units: Double) -> Double {
        switch minorDigits {
        case 0: units
        case 2: units * 100
        default: units * 1_000
        }
    }

    public static let supportedCodes: [String] = minorDigitsByCode.keys.sorted()

    private static let minorDigitsByCode: [String: Int] = [
        "AUD": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CNY": 2, "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2, "HKD": 2,
        "INR": 2, "JPY": 0, "KRW": 0, "KWD": 3, "MXN": 2, "NOK": 2, "NZD": 2, "PLN": 2, "SEK": 2, "SGD": 2,
        "USD": 2, "ZAR": 2,
    ]
}

extension Money {
    /// The amount as people write it in a currency: `1234` cents reads `12.34`.
    public func formatted(in currency: Currency) -> String {
        let digits = String(minorUnits.magnitude)
        let sign = minorUnits < 0 ? "-" : ""
        guard currency.minorDigits > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, currency.minorDigits + 1 - digits.count)) + digits
        return sign + padded.dropLast(currency.minorDigits) + "." + padded.suffix(currency.minorDigits)
    }
}
