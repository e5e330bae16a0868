// The file form of a model: magic, format, checksum, payload. The payload is read with counts
// checked against the bytes that are there, then every number is checked, then the golden predictions are
// repeated. The checksum catches damage, not malice; who may publish a model is a question of signatures.

import Domain

extension ModelBundle {
    /// What a file may contain. Older ones are still read, so that a cluster keeps its prices through an upgrade;
    /// the oldest that says everything, from `shaped` on, is written.
    public enum Format: UInt16, Sendable {
        /// Every law straight: no shape, no saturation.
        case straight = 1
        case shaped = 2
        /// With a mark each for a surface under the forests, and for rows of the model's own.
        case extended = 3
        /// With a network and its law behind the surface.
        case networked = 4

        static let newest = networked

        var isExtended: Bool { rawValue >= Format.extended.rawValue }
    }

    /// What a file holds.
    private enum Kind {
        case model(Format)
        /// A bundle of `farthing learn fit`: a model in front, and behind it what only learning reads.
        case learned
    }

    /// How a bundle of `farthing learn fit` begins: "FEXP", and the format of which the model is the first part.
    public static let learnedMagic: UInt32 = 0x5058_4546
    public static let learnedFormat: UInt16 = 3

    /// Larger files are refused unread.
    public static let largestBytes = 64 << 20
    static let magic: UInt32 = 0x4C44_4D46  // "FMDL"
    /// Magic, format and checksum.
    static let headerBytes = 14

    /// The oldest that says everything, so that older workers read what they can.
    private var format: Format {
        if response.network != nil { return .networked }
        return response.surface == nil && profiles == nil ? .shaped : .extended
    }

    public func encode() -> [UInt8] {
        var payload = ByteWriter()
        payload.write(version)
        if format.isExtended { payload.write(UInt8(profiles == nil ? 0 : 1)) }
        information.encode(to: &payload)
        response.encode(to: &payload, format)
        payload.write(products) { writer, product in product.encode(to: &writer) }
        payload.write(goldens) { writer, golden in golden.encode(to: &writer) }
        profiles?.encode(to: &payload)
        var file = ByteWriter()
        file.write(Self.magic)
        file.write(format.rawValue)
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
        switch try readChecked(&reader, bytes) {
        case .model(let format): return try readModel(&reader, format, featureNames: featureNames)
        case .learned:
            let model = try reading("model") { () throws(ByteError) in try reader.readSlice() }
            var inner = ByteReader(model)
            // The checksum of the whole holds for its parts.
            guard case (.model(let format), _) = try readHeader(&inner, size: model.count) else {
                throw ModelError(
                    .wrongMagic, place: "model", value: "a bundle in a bundle",
                    remedy: "Fit again with `farthing learn fit`.")
            }
            return try readModel(&inner, format, featureNames: featureNames)
        }
    }

    private static func readModel(
        _ reader: inout ByteReader, _ format: Format, featureNames: [String]
    ) throws(ModelError) -> ModelBundle {
        let bundle = try readPayload(&reader, format, featureNames: featureNames)
        try bundle.repeatGoldens()
        return bundle
    }

    /// The header, of which the checksum is right.
    private static func readChecked(_ reader: inout ByteReader, _ bytes: [UInt8]) throws(ModelError) -> Kind {
        let (kind, stored) = try readHeader(&reader, size: bytes.count)
        let computed = FNV1a.checksum(bytes[headerBytes...])
        guard stored == computed else {
            throw ModelError(
                .wrongChecksum, place: "checksum", value: hexadecimal(stored),
                remedy: "The bytes give \(hexadecimal(computed)): the file is damaged, copy it again.")
        }
        return kind
    }

    private static func readHeader(
        _ reader: inout ByteReader, size: Int
    ) throws(ModelError) -> (kind: Kind, checksum: UInt64) {
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
        switch magic {
        case Self.magic:
            guard let known = Format(rawValue: format) else {
                throw unsupported(format, "formats 1 to \(Format.newest.rawValue)")
            }
            return (.model(known), checksum)
        case learnedMagic:
            guard format == learnedFormat else { throw unsupported(format, "format \(learnedFormat)") }
            return (.learned, checksum)
        default:
            throw ModelError(
                .wrongMagic, place: "magic", value: hexadecimal(UInt64(magic)),
                remedy: "This is no model of Farthing: give the file that `farthing learn` wrote.")
        }
    }

    private static func unsupported(_ format: UInt16, _ known: String) -> ModelError {
        ModelError(
            .unsupportedFormat, place: "format", value: "\(format)",
            remedy: "This version reads \(known): upgrade, or train the model again.")
    }

    private static func readPayload(
        _ reader: inout ByteReader, _ format: Format, featureNames: [String]
    ) throws(ModelError) -> ModelBundle {
        let version = try reading("version") { () throws(ByteError) in try reader.read(UInt64.self) }
        let hasProfiles = try reading("profiles") { () throws(ByteError) in
            format.isExtended ? try reader.read(UInt8.self) == 1 : false
        }
        let information = try ModelInformation(from: &reader)
        let width = information.featureNames.count
        if hasProfiles {
            guard Profiles.widths.contains(width) else {
                throw ModelError(
                    .wrongFeatures, place: "information.featureNames", value: "\(width) features",
                    remedy: "A row has \(Profiles.widths.lowerBound) to \(Profiles.widths.upperBound): fit again.")
            }
        } else {
            try information.check(featureNames)
        }
        let response = try ResponseModel(from: &reader, featureCount: width, format)
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
        let profiles = try reading("profiles") { () throws(ByteError) in
            hasProfiles ? try Profiles(from: &reader, width: width) : nil
        }
        try reading("end") { () throws(ByteError) in try reader.finish() }
        for (index, pair) in zip(products, products.dropFirst()).enumerated() where pair.0.product >= pair.1.product {
            throw ModelError(
                .malformed, place: "products[\(index + 1)]", value: hexadecimal(pair.1.product.value),
                remedy: "Products ascend and appear once; the file is damaged, copy it again.")
        }
        return ModelBundle(
            version: version, information: information, response: response, products: products, goldens: goldens,
            profiles: profiles)
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
