// The file form of a model: magic, format, checksum, payload. The payload is read with counts
// checked against the bytes that are there, then every number is checked, then the golden predictions are
// repeated. The checksum catches damage, not malice; who may publish a model is a question of signatures.

import Domain

extension ModelBundle {
    /// What a file may contain. Older ones are still read, so that a cluster keeps its prices through an upgrade;
    /// only the newest is written.
    public enum Format: UInt16, Sendable {
        /// Every law straight: no shape, no saturation.
        case straight = 1
        case shaped = 2

        static let newest = shaped
    }

    /// Larger files are refused unread.
    public static let largestBytes = 64 << 20
    static let magic: UInt32 = 0x4C44_4D46  // "FMDL"
    /// Magic, format and checksum.
    static let headerBytes = 14

    public func encode() -> [UInt8] {
        var payload = ByteWriter()
        payload.write(version)
        information.encode(to: &payload)
        response.encode(to: &payload)
        payload.write(products) { writer, product in product.encode(to: &writer) }
        payload.write(goldens) { writer, golden in golden.encode(to: &writer) }
        var file = ByteWriter()
        file.write(Self.magic)
        file.write(Format.newest.rawValue)
        file.write(FNV1a.checksum(payload.bytes[...]))
        return file.bytes + payload.bytes
    }

    /// The checksum that an encoded bundle carries; what `ModelActivation` names a model by.
    public static func checksum(ofFile bytes: [UInt8]) throws(ModelError) -> UInt64 {
        var reader = ByteReader(bytes)
        return try readHeader(&reader, size: bytes.count).checksum
    }

    /// Reads and checks a bundle. Total: any bytes give a valid bundle or an error.
    /// - Parameter featureNames: the columns that the reading code computes; a model of others is refused.
    public static func decode(_ bytes: [UInt8], featureNames: [String]) throws(ModelError) -> ModelBundle {
        var reader = ByteReader(bytes)
        let (format, stored) = try readHeader(&reader, size: bytes.count)
        let computed = FNV1a.checksum(bytes[headerBytes...])
        guard stored == computed else {
            throw ModelError(
                .wrongChecksum, place: "checksum", value: hexadecimal(stored),
                remedy: "The bytes give \(hexadecimal(computed)): the file is damaged, copy it again.")
        }
        let bundle = try readPayload(&reader, format, featureNames: featureNames)
        try bundle.repeatGoldens()
        return bundle
    }

    private static func readHeader(
        _ reader: inout ByteReader, size: Int
    ) throws(ModelError) -> (format: Format, checksum: UInt64) {
        guard size <= largestBytes else {
            throw ModelError(
                .tooLarge, place: "file", value: "\(size) bytes", remedy: "A model has at most \(largestBytes) bytes.")
        }
        guard size >= headerBytes else {
            throw ModelError(.truncated, place: "file", value: "\(size) bytes", remedy: "Copy the whole file again.")
        }
        let (magic, format, checksum) = try reading("header") { () throws(ByteError) in
            (try reader.read(UInt32.self), try reader.read(UInt16.self), try reader.read(UInt64.self))
        }
        guard magic == Self.magic else {
            throw ModelError(
                .wrongMagic, place: "magic", value: hexadecimal(UInt64(magic)),
                remedy: "This is no model of Farthing: give the file that `farthing learn` wrote.")
        }
        guard let known = Format(rawValue: format) else {
            throw ModelError(
                .unsupportedFormat, place: "format", value: "\(format)",
                remedy: "This version reads formats 1 to \(Format.newest.rawValue): upgrade, or train the model again.")
        }
        return (known, checksum)
    }

    private static func readPayload(
        _ reader: inout ByteReader, _ format: Format, featureNames: [String]
    ) throws(ModelError) -> ModelBundle {
        let version = try reading("version") { () throws(ByteError) in try reader.read(UInt64.self) }
        let information = try ModelInformation(from: &reader, featureNames: featureNames)
        let response = try ResponseModel(from: &reader, featureCount: featureNames.count, format)
        let width = featureNames.count
        let products = try reading("products") { () throws(ByteError) in
            try reader.readArray(minimumBytes: 16 + 4 * width) { reader throws(ByteError) in
                try ProductStatistics(from: &reader, width: width)
            }
        }
        let goldens = try reading("goldens") { () throws(ByteError) in
            try reader.readArray(minimumBytes: 4 * (width + (format == .straight ? 2 : 3))) {
                reader throws(ByteError) in
                try GoldenPrediction(from: &reader, width: width, format)
            }
        }
        try reading("end") { () throws(ByteError) in try reader.finish() }
        for (index, pair) in zip(products, products.dropFirst()).enumerated() where pair.0.product >= pair.1.product {
            throw ModelError(
                .malformed, place: "products[\(index + 1)]", value: hexadecimal(pair.1.product.value),
                remedy: "Products ascend and appear once; the file is damaged, copy it again.")
        }
        return ModelBundle(
            version: version, information: information, response: response, products: products, goldens: goldens)
    }

    /// Turns a short or oversized field into an error of the model.
    static func reading<Value>(
        _ place: String, _ body: () throws(ByteError) -> Value
    ) throws(ModelError) -> Value {
        do {
            return try body()
        } catch {
            throw ModelError(
                .malformed, place: place, value: error.description,
                remedy: "The file is damaged or cut short: copy it again.")
        }
    }

    private func repeatGoldens() throws(ModelError) {
        for (index, golden) in goldens.enumerated() {
            let (intercept, slope, saturation) = response.referenceScore(golden.row)
            let close =
                abs(intercept - golden.intercept) <= 1e-5 * max(1, abs(intercept))
                && abs(slope - golden.slope) <= 1e-5 * max(1, abs(slope))
                && abs(saturation - golden.saturation) <= 1e-5
            guard close else {
                throw ModelError(
                    .wrongPrediction, place: "goldens[\(index)]", value: "\(intercept), \(slope), \(saturation)",
                    remedy:
                        "Training said \(golden.intercept), \(golden.slope), \(golden.saturation): do not serve this file."
                )
            }
        }
    }
}
