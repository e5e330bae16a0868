// Fields as names and numbers. A blank is never a zero, nor somebody: it is an error that names the line.

import Domain

extension CSVReader {
    /// Who or what a row is about.
    public func name(_ column: Column) throws(LearningError) -> String {
        let name = text(column)
        guard !name.isEmpty else { throw error(column, remedy: "A blank is nobody: name the \(column.name).") }
        return name
    }

    /// A finite number.
    public func number(_ column: Column) throws(LearningError) -> Double {
        let bytes = bytes(column)
        guard let value = Self.simpleDecimal(bytes) ?? Self.decimal(bytes), value.isFinite else {
            throw error(column, remedy: bytes.isEmpty ? "A blank is not zero: give a number." : "Give a number.")
        }
        return value
    }

    /// A number in a range.
    public func number(_ column: Column, in range: ClosedRange<Double>) throws(LearningError) -> Double {
        let value = try number(column)
        guard range.contains(value) else {
            throw error(column, remedy: "Give a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }

    /// A whole number in a range.
    public func integer<Value: FixedWidthInteger>(
        _ column: Column, in range: ClosedRange<Value>
    ) throws(LearningError) -> Value {
        guard let value = Value(String(decoding: bytes(column), as: UTF8.self)), range.contains(value) else {
            throw error(column, remedy: "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }

    /// An amount of money, written in whole units of its currency, for example `12.34`.
    public func money(
        _ column: Column, in currency: Currency, rounded rule: MoneyRounding
    ) throws(LearningError) -> Money {
        var scale = 1.0
        for _ in 0..<currency.minorDigits { scale *= 10 }
        let amount = try number(column)
        guard let money = Money(amount * scale, rounded: rule), money >= .zero, money <= Limits.price else {
            throw error(column, remedy: "Give an amount from 0 to \(Limits.price.formatted(in: currency)).")
        }
        return money
    }

    /// A decimal number as every language writes it; nil for hexadecimal ones, which are somebody's codes.
    private static func decimal(_ bytes: ArraySlice<UInt8>) -> Double? {
        let isHexadecimal = bytes.contains { $0 == UInt8(ascii: "x") || $0 == UInt8(ascii: "X") }
        return isHexadecimal ? nil : Double(String(decoding: bytes, as: UTF8.self))
    }

    /// `digits[.digits]` with at most 15 digits, whose value is one exact integer over one exact power of ten and
    /// therefore correctly rounded; nil for every other spelling.
    private static func simpleDecimal(_ bytes: ArraySlice<UInt8>) -> Double? {
        guard !bytes.isEmpty, bytes.count <= 16 else { return nil }
        var mantissa: Int64 = 0
        var digits = 0
        var scale = 1.0
        var isFraction = false
        for byte in bytes {
            if byte == UInt8(ascii: "."), !isFraction, digits > 0 {
                isFraction = true
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digits < 15 else { return nil }
            mantissa = mantissa * 10 + Int64(byte - UInt8(ascii: "0"))
            digits += 1
            if isFraction { scale *= 10 }
        }
        return digits > 0 ? Double(mantissa) / scale : nil
    }
}
