// e^x by additions, multiplications and one rounding, all of which IEEE 754 defines to the last bit. The C library
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
