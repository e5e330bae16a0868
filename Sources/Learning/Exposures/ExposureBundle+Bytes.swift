// The file form of an exposure bundle: magic, format, checksum, payload, as a served model has them. The payload begins
// with the model that the cluster serves, so that the file itself can be activated. Any bytes give a valid bundle or an
// error that says what is wrong.

import Domain
import Models

extension ExposureBundle {
    private static let headerBytes = 14

    public func encode() -> [UInt8] {
        var payload = ByteWriter()
        payload.write(served.encode())
        payload.write(testedRatios.lowerBound)
        payload.write(testedRatios.upperBound)
        switch policy {
        case .personal: payload.write(UInt8(0))
        case .uniform(let ratio):
            payload.write(UInt8(1))
            payload.write(ratio)
        }
        preparation.encode(to: &payload)
        encodeIntervals(to: &payload)
        var file = ByteWriter()
        file.write(ModelBundle.learnedMagic)
        file.write(ModelBundle.learnedFormat)
        file.write(FNV1a.checksum(payload.bytes[...]))
        return file.bytes + payload.bytes
    }

    /// Reads and checks a bundle.
    public static func decode(_ bytes: [UInt8]) throws(LearningError) -> ExposureBundle {
        var reader = ByteReader(bytes)
        let header = try reading("header") { () throws(ByteError) in
            (try reader.read(UInt32.self), try reader.read(UInt16.self), try reader.read(UInt64.self))
        }
        guard header.0 == ModelBundle.learnedMagic else {
            throw LearningError(
                place: "bundle", value: "another kind of file", remedy: "Give a file that `farthing learn fit` wrote.")
        }
        guard header.1 == ModelBundle.learnedFormat else {
            throw LearningError(
                place: "bundle", value: "format \(header.1)",
                remedy: "This version reads format \(ModelBundle.learnedFormat): fit again.")
        }
        guard header.2 == FNV1a.checksum(bytes[headerBytes...]) else {
            throw LearningError(
                place: "bundle", value: "a wrong checksum", remedy: "The file is damaged or cut short: copy it again.")
        }
        let model = try reading("model") { () throws(ByteError) in try reader.readBytes() }
        let served = try modelling { () throws(ModelError) in try ModelBundle.decode(model, featureNames: []) }
        let tested = try reading("tested prices") { () throws(ByteError) in
            let (low, high) = (try reader.readDouble(), try reader.readDouble())
            guard low > 0, low <= high, high.isFinite else { throw reader.error("tested prices \(low) to \(high)") }
            return low...high
        }
        let policy = try reading("policy") { () throws(ByteError) -> PricePolicy in
            switch try reader.read(UInt8.self) {
            case 0: return .personal
            case 1:
                let ratio = try reader.readDouble()
                guard ratio > 0, ratio.isFinite else { throw reader.error("a ratio of \(ratio)") }
                return .uniform(ratio: ratio)
            case let mark: throw reader.error("a policy of \(mark)")
            }
        }
        let preparation = try reading("preparation") { () throws(ByteError) in try Preparation(from: &reader) }
        guard let profiles = served.profiles?.rows, preparation.featureNames == served.information.featureNames else {
            throw LearningError(
                place: "bundle, model", value: "other columns than the preparation's",
                remedy: "The file is damaged or cut short: copy it again.")
        }
        let intervals = try modelling { () throws(ModelError) in
            try readIntervals(&reader, width: served.response.featureCount + 1)
        }
        try reading("end") { () throws(ByteError) in try reader.finish() }
        return ExposureBundle(
            version: served.version, preparation: preparation, response: served.response, intervals: intervals,
            policy: policy, testedRatios: tested, profiles: profiles, information: served.information)
    }

    // MARK: - Intervals

    private enum IntervalMark {
        static let none: UInt8 = 0
        /// From before slopes had an error.
        static let relativeAlone: UInt8 = 1
        static let relative: UInt8 = 2
        static let underCeiling: UInt8 = 3
    }

    private func encodeIntervals(to payload: inout ByteWriter) {
        switch intervals {
        case nil: payload.write(IntervalMark.none)
        case .relative(let spread):
            payload.write(IntervalMark.relative)
            payload.write(spread.base)
            payload.write(spread.slopeError)
            spread.forest.encode(to: &payload)
        case .underCeiling(let spread):
            payload.write(IntervalMark.underCeiling)
            spread.encode(to: &payload)
        }
    }

    private static func readIntervals(
        _ reader: inout ByteReader, width: Int
    ) throws(ModelError) -> ElasticityIntervals? {
        func reading<Value>(_ body: () throws(ByteError) -> Value) throws(ModelError) -> Value {
            do {
                return try body()
            } catch {
                throw ModelError(
                    .malformed, place: "intervals", value: error.description,
                    remedy: "The file is damaged or cut short: copy it again.")
            }
        }
        let mark = try reading { () throws(ByteError) in try reader.read(UInt8.self) }
        switch mark {
        case IntervalMark.none: return nil
        case IntervalMark.relative, IntervalMark.relativeAlone:
            let (base, slopeError) = try reading { () throws(ByteError) in
                let base = try reader.readFloat()
                let slopeError = mark == IntervalMark.relative ? try reader.readFloat() : 0
                guard base.isFinite, slopeError >= 0, slopeError.isFinite else {
                    throw reader.error("a spread of \(base), \(slopeError)")
                }
                return (base, slopeError)
            }
            let forest = try FlatForest(from: &reader, featureCount: width, place: "intervals")
            return .relative(ElasticitySpread(forest: forest, base: base, slopeError: slopeError))
        case IntervalMark.underCeiling:
            return .underCeiling(try reading { () throws(ByteError) in try CeilingSpread(from: &reader) })
        default:
            return try reading { () throws(ByteError) in throw reader.error("intervals of kind \(mark)") }
        }
    }

    private static func modelling<Value>(
        _ body: () throws(ModelError) -> Value
    ) throws(LearningError) -> Value {
        do {
            return try body()
        } catch {
            throw LearningError(place: "bundle, \(error.place)", value: error.value, remedy: error.remedy)
        }
    }

    private static func reading<Value>(
        _ place: String, _ body: () throws(ByteError) -> Value
    ) throws(LearningError) -> Value {
        do {
            return try body()
        } catch {
            throw LearningError(
                place: "bundle, \(place)", value: error.description,
                remedy: "The file is damaged or cut short: copy it again.")
        }
    }
}
