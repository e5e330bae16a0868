// The bytes of a record. Each record carries its own format version and type, so that a log can hold records
// of several versions at once: an old one stays readable for as long as it may lie in a log.
//
//     version u8 · type u8 · fields, little-endian, lengths before contents
//
// Decoding is total: whatever the bytes are, the answer is a record or an error that names the offset.

import Domain

public enum RecordCodec {
    /// The version that `encode` writes.
    public static let formatVersion: UInt8 = 1

    private enum Kind: UInt8 {
        case events = 1
        case exposures = 2
        case catalogue = 3
        case modelActivated = 4
        case checkpoint = 5
        case priceFreeze = 6
        case modelTried = 7
        /// Exposures of which at least one has a prediction. The others are written as they always were, so that a log
        /// without predictions stays readable to those who know of none.
        case predictedExposures = 8
        case stockValues = 9
    }

    public static func encode(_ record: Record, into writer: inout ByteWriter) {
        writer.write(formatVersion)
        switch record {
        case .events(let user, let events):
            writer.write(Kind.events.rawValue)
            writer.write(user)
            writer.write(events) { $0.write($1) }
        case .exposures(let time, let exposures):
            let isPredicted = exposures.contains { $0.prediction != nil }
            writer.write((isPredicted ? Kind.predictedExposures : .exposures).rawValue)
            writer.write(time)
            writer.write(exposures) { isPredicted ? $0.writeWithPrediction($1) : $0.write($1) }
        case .catalogue(let tenant, let rows):
            writer.write(Kind.catalogue.rawValue)
            writer.write(tenant)
            writer.write(rows) { $0.write($1) }
        case .modelActivated(let activation):
            writer.write(Kind.modelActivated.rawValue)
            writer.write(activation)
        case .modelTried(let trial):
            writer.write(Kind.modelTried.rawValue)
            writer.write([trial].compactMap(\.self)) { $0.write($1) }
        case .checkpoint: writer.write(Kind.checkpoint.rawValue)
        case .priceFreeze(let freeze):
            writer.write(Kind.priceFreeze.rawValue)
            writer.write(freeze.tenant)
            writer.write(freeze.product)
            writer.write(freeze.until)
            writer.write(freeze.reason)
            writer.write(freeze.at)
        case .stockValues(let tenant, let time, let values):
            writer.write(Kind.stockValues.rawValue)
            writer.write(tenant)
            writer.write(time)
            writer.write(values) { $0.write($1) }
        }
    }

    /// Reads one record and leaves the reader behind it.
    public static func decode(from reader: inout ByteReader) throws(ByteError) -> Record {
        let version: UInt8 = try reader.read()
        guard version == formatVersion else { throw reader.error("record of unknown format version \(version)") }
        let code: UInt8 = try reader.read()
        guard let kind = Kind(rawValue: code) else { throw reader.error("record of unknown type \(code)") }
        switch kind {
        case .events:
            let user = try reader.readUserKey()
            return .events(
                user: user,
                events: try reader.readArray(minimumBytes: 36) { reader throws(ByteError) in
                    try reader.readEvent()
                })
        case .exposures:
            let time = try reader.readTimestamp()
            return .exposures(
                at: time,
                try reader.readArray(minimumBytes: 61) { reader throws(ByteError) in
                    try reader.readExposure()
                })
        case .predictedExposures:
            let time = try reader.readTimestamp()
            let exposures = try reader.readArray(minimumBytes: 62) { reader throws(ByteError) in
                try reader.readExposureWithPrediction()
            }
            guard exposures.contains(where: { $0.prediction != nil }) else {
                throw reader.error("ends predicted exposures without a prediction")
            }
            return .exposures(at: time, exposures)
        case .catalogue:
            let tenant = try reader.readString()
            return .catalogue(
                tenant: tenant,
                rows: try reader.readArray(minimumBytes: 50) { reader throws(ByteError) in
                    try reader.readRow()
                })
        case .modelActivated:
            return .modelActivated(try reader.readActivation())
        case .modelTried:
            return .modelTried(
                try reader.readArray(minimumBytes: 24) { reader throws(ByteError) in try reader.readTrial() }.first)
        case .checkpoint: return .checkpoint
        case .priceFreeze:
            return .priceFreeze(
                PriceFreeze(
                    tenant: try reader.readString(), product: try reader.readString(),
                    until: try reader.readTimestamp(), reason: try reader.readString(), at: try reader.readTimestamp()))
        case .stockValues:
            return .stockValues(
                tenant: try reader.readString(), at: try reader.readTimestamp(),
                try reader.readArray(minimumBytes: 24) { reader throws(ByteError) in try reader.readStockValue() })
        }
    }
}
