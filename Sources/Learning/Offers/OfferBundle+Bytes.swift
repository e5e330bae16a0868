// The file form of a bundle of offers: magic, format, checksum, payload. Any bytes give a valid bundle or an error that
// says what is wrong.

import Domain
import Models

extension OfferBundle {
    static let magic: UInt32 = 0x464F_4546  // "FEOF"
    static let format: UInt16 = 1
    static let headerBytes = 14

    public func encode() -> [UInt8] {
        var payload = ByteWriter()
        payload.write(version)
        payload.write(UInt8(isPersonal ? 1 : 0))
        payload.write(preparation.columns) { writer, column in column.encode(to: &writer) }
        payload.write(offers) { writer, offer in
            writer.write(offer.name)
            offer.uplift.encode(to: &writer)
            offer.cost.encode(to: &writer)
        }
        forests.common.encode(to: &payload)
        for offer in offers.indices {
            payload.write(forests.shares[offer])
            forests.uplifts[offer].encode(to: &payload)
            forests.costs[offer].encode(to: &payload)
        }
        var file = ByteWriter()
        file.write(Self.magic)
        file.write(Self.format)
        file.write(FNV1a.checksum(payload.bytes[...]))
        return file.bytes + payload.bytes
    }

    /// Reads and checks a bundle.
    public static func decode(_ bytes: [UInt8]) throws(LearningError) -> OfferBundle {
        var reader = ByteReader(bytes)
        let header = try reading("header") { () throws(ByteError) in
            (try reader.read(UInt32.self), try reader.read(UInt16.self), try reader.read(UInt64.self))
        }
        guard header.0 == magic else {
            throw LearningError(
                place: "bundle", value: "another kind of file",
                remedy: "Give a file that `farthing learn offers fit` wrote.")
        }
        guard header.1 == format else {
            throw LearningError(
                place: "bundle", value: "format \(header.1)", remedy: "This version reads format \(format): fit again.")
        }
        guard header.2 == FNV1a.checksum(bytes[headerBytes...]) else {
            throw LearningError(place: "bundle", value: "a wrong checksum", remedy: damaged)
        }
        let (version, isPersonal) = try reading("version") { () throws(ByteError) in
            (try reader.read(UInt64.self), try reader.read(UInt8.self) == 1)
        }
        let columns = try reading("preparation") { () throws(ByteError) in
            try Preparation.Column.readAll(&reader, except: OfferTable.known)
        }
        let preparation = OfferPreparation(columns: columns)
        guard preparation.width > 0, preparation.width < 1 << 16 else {
            throw LearningError(place: "bundle, preparation", value: "\(preparation.width) features", remedy: damaged)
        }
        let offers = try reading("offers") { () throws(ByteError) in
            let offers = try reader.readArray(minimumBytes: 52) { reader throws(ByteError) in
                Offer(
                    name: try reader.readString(), uplift: try Calibration(from: &reader),
                    cost: try Calibration(from: &reader))
            }
            guard !offers.isEmpty, Set(offers.map(\.name)).count == offers.count else {
                throw reader.error("\(offers.count) offers")
            }
            return offers
        }
        let width = preparation.width
        let common = try RegressionForest(from: &reader, width: width)
        var (uplifts, shares, costs): ([RegressionForest], [Float], [RegressionForest]) = ([], [], [])
        for _ in offers {
            shares.append(
                try reading("forests") { () throws(ByteError) in
                    let share = try reader.readFloat()
                    guard share.isFinite else { throw reader.error("a share of \(share)") }
                    return share
                })
            uplifts.append(try RegressionForest(from: &reader, width: width))
            costs.append(try RegressionForest(from: &reader, width: width))
        }
        try reading("end") { () throws(ByteError) in try reader.finish() }
        return OfferBundle(
            version: version, preparation: preparation,
            forests: UpliftForests(common: common, uplifts: uplifts, shares: shares, costs: costs), offers: offers,
            isPersonal: isPersonal)
    }

    fileprivate static let damaged = "The file is damaged or cut short: copy it again."

    fileprivate static func reading<Value>(
        _ place: String, _ body: () throws(ByteError) -> Value
    ) throws(LearningError) -> Value {
        do {
            return try body()
        } catch {
            throw LearningError(place: "bundle, \(place)", value: error.description, remedy: damaged)
        }
    }
}

extension RegressionForest {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(base)
        writer.write(slopes) { writer, slope in writer.write(slope) }
        forest.encode(to: &writer)
    }

    fileprivate init(from reader: inout ByteReader, width: Int) throws(LearningError) {
        let (base, slopes) = try OfferBundle.reading("forest") { () throws(ByteError) in
            let base = try reader.readFloat()
            let slopes = try reader.readArray(minimumBytes: 4) { reader throws(ByteError) in try reader.readFloat() }
            guard base.isFinite, slopes.count == width, slopes.allSatisfy(\.isFinite) else {
                throw reader.error("a line from \(base) along \(slopes.count) columns")
            }
            return (base, slopes)
        }
        do throws(ModelError) {
            let forest = try FlatForest(from: &reader, featureCount: width, place: "forest")
            self.init(base: base, slopes: slopes, forest: forest)
        } catch {
            throw LearningError(place: "bundle, \(error.place)", value: error.value, remedy: error.remedy)
        }
    }
}

extension Calibration {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(mean)
        writer.write(predictedMean)
        writer.write(slope)
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteError) {
        self.init(
            mean: try reader.readDouble(), predictedMean: try reader.readDouble(), slope: try reader.readDouble())
        guard mean.isFinite, predictedMean.isFinite, slope.isFinite else { throw reader.error("\(self)") }
    }
}
