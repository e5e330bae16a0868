import Glibc

/// The natural logarithm; one name for it, so that only this file imports C.
func logarithm(_ value: Double) -> Double { log(value) }

func exponential(_ value: Double) -> Double { exp(value) }
