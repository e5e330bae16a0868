import Domain

extension CurveCorrection {
    public func encode(to writer: inout ByteWriter) {
        for value in [mean.intercept, mean.logSlope, covariance.intercept, covariance.cross, covariance.logSlope] {
            writer.write(value)
        }
        writer.write(day)
        writer.write(modelVersion)
        writer.write(outcomes)
    }

    /// - Throws: for numbers that no learning leads to.
    public init(_ level: CorrectionLevel, from reader: inout ByteReader) throws(ByteError) {
        self.init(level)
        mean = CurveShift(intercept: try reader.readDouble(), logSlope: try reader.readDouble())
        covariance = ShiftCovariance(
            intercept: try reader.readDouble(), cross: try reader.readDouble(), logSlope: try reader.readDouble())
        day = try reader.read()
        modelVersion = try reader.read()
        outcomes = try reader.read()
        guard abs(mean.intercept) <= CorrectionLevel.largestIntercept,
            abs(mean.logSlope) <= CorrectionLevel.largestLogSlope, covariance.isReachable(from: level), outcomes > 0
        else { throw reader.error("ends a correction that nothing leads to") }
    }

    public static let encodedBytes = 56
}
