// The file form of an exposure bundle: magic, format, checksum, payload, as a served model has them. Any bytes give a
// valid bundle or an error that says what is wrong.

import Domain
import Models

extension ExposureBundle {
    static let magic: UInt32 = 0x5058_4546  // "FEXP"
    static let format: UInt16 = 2
    static let headerBytes = 14

    public func encode() -> [UInt8] {
        var payload = ByteWriter()
        payload.write(version)
        payload.write(testedRatios.lowerBound)
        payload.write(testedRatios.upperBound)
        switch policy {
        case .personal: payload.write(UInt8(0))
        case .uniform(let ratio):
            payload.write(UInt8(1))
            payload.write(ratio)
        }
        preparation.encode(to: &payload)
        response.encode(to: &payload)
        payload.write(UInt8(spread == nil ? 0 : 1))
        if let spread {
            payload.write(spread.base)
            spread.forest.encode(to: &payload)
        }
        var file = ByteWriter()
        file.write(Self.magic)
        file.write(Self.format)
        file.write(FNV1a.checksum(payload.bytes[...]))
        return file.bytes + payload.bytes
    }

    /// Reads and checks a bundle.
    public static func decode(_ bytes: [UInt8]) throws(LearningError) -> ExposureBundle {
        var reader = ByteReader(bytes)
        let header = try reading("header") { () throws(ByteError) in
            (try reader.read(UInt32.self), try reader.read(UInt16.self), try reader.read(UInt64.self))
        }
        guard header.0 == magic else {
            throw LearningError(
                place: "bundle", value: "another kind of file", remedy: "Give a file that `farthing learn fit` wrote.")
        }
        guard header.1 == format else {
            throw LearningError(
                place: "bundle", value: "format \(header.1)", remedy: "This version reads format \(format): fit again.")
        }
        guard header.2 == FNV1a.checksum(bytes[headerBytes...]) else {
            throw LearningError(
                place: "bundle", value: "a wrong checksum", remedy: "The file is damaged or cut short: copy it again.")
        }
        let (version, tested) = try reading("version") { () throws(ByteError) in
            let version = try reader.read(UInt64.self)
            let (low, high) = (try reader.readDouble(), try reader.readDouble())
            guard low > 0, low <= high, high.isFinite else { throw reader.error("tested prices \(low) to \(high)") }
            return (version, low...high)
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
        let (response, spread) = try modelling { () throws(ModelError) in
            let width = preparation.featureNames.count
            return (try ResponseModel(from: &reader, featureCount: width), try readSpread(&reader, width: width + 1))
        }
        try reading("end") { () throws(ByteError) in try reader.finish() }
        return ExposureBundle(
            version: version, preparation: preparation, response: response, spread: spread, policy: policy,
            testedRatios: tested)
    }

    private static func readSpread(_ reader: inout ByteReader, width: Int) throws(ModelError) -> ElasticitySpread? {
        let damaged = "The file is damaged or cut short: copy it again."
        let base: Float?
        do {
            base = try reader.read(UInt8.self) == 0 ? nil : try reader.readFloat()
        } catch {
            throw ModelError(.malformed, place: "spread", value: error.description, remedy: damaged)
        }
        guard let base else { return nil }
        guard base.isFinite else {
            throw ModelError(.notFinite, place: "spread.base", value: "\(base)", remedy: damaged)
        }
        let forest = try FlatForest(from: &reader, featureCount: width, place: "spread")
        return ElasticitySpread(forest: forest, base: base)
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
