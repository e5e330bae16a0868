// e^x, and what goes with it, by operations all of which IEEE 754 defines to the last bit. The C library
// chooses its own by what the processor can do, and two processors may disagree about the last bit; what replicas fold
// from a log must not.

/// e^x, to about 1 part in 10¹⁵.
/// - Precondition: |x| ≤ 700.
package func portableExponential(_ x: Double) -> Double {
    precondition(abs(x) <= 700, "e^\(x) leaves the range of a double")
    // x = k·ln 2 + rest. The high part of ln 2 has 21 trailing zero bits, so that k times it is exact.
    let k = (x * 1.442_695_040_888_963_4).rounded()
    let rest = (x - k * 0x1.62e42fee00000p-1) - k * 0x1.a39ef35793c76p-33
    // Taylor's series by Horner's rule; |rest| ≤ ln 2 / 2, so the fourteenth term is below 10⁻¹⁷.
    var sum = 1.0
    for term in stride(from: 14.0, to: 0, by: -1) { sum = 1 + sum * rest / term }
    return Double(sign: .plus, exponent: Int(k), significand: sum)
}

/// 1 − e^−x, to about 1 part in 10¹⁵ also where x is next to nothing; 1 for large x.
/// - Precondition: x ≥ 0.
package func portableRefusal(_ x: Double) -> Double {
    guard x < 0.5 else { return 1 - portableExponential(max(-x, -700)) }
    var sum = 1.0
    for term in stride(from: 14.0, to: 1, by: -1) { sum = 1 - sum * x / term }
    return x * sum
}

/// ln(1 + x), to about 1 part in 10¹⁵, by the series of the inverse hyperbolic tangent.
/// - Precondition: x is 0 to 1.
package func portableLogarithm(onePlus x: Double) -> Double {
    precondition(x >= 0 && x <= 1, "ln(1 + \(x)) is not needed")
    // ln(1 + x) = 2 · artanh(x / (2 + x)); the argument is at most 1/3.
    let argument = x / (2 + x)
    var sum = 0.0
    for term in stride(from: 33.0, to: 0, by: -2) { sum = 1 / term + sum * argument * argument }
    return 2 * argument * sum
}
