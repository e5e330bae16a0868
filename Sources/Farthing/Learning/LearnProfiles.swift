import ArgumentParser
import Domain
import Foundation
import Learning
import Operations
import Profiles

struct LearnProfiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profiles",
        abstract: "Learn what shoppers like from what they bought.",
        discussion: """
            Reads a CSV of purchases with the columns user,item,quantity and optionally time, plain or gzip, or the sample
            data's, and writes factors, segments and neighbours to a bundle for `farthing recommend`:

              farthing learn profiles --purchases Data/complete-journey/purchases.csv.gz --out profiles.bundle

            --features-out writes each shopper's segment and factors as columns to join to a file of exposures.
            """)

    @OptionGroup var output: OutputOption

    @Option(help: "A CSV of purchases, plain or gzip, or a RecBole .inter file.")
    var purchases: String

    @Option(help: "Where to write the bundle. Nothing is written when the data cannot be learned from.")
    var out: String

    @Option(help: "Numbers in a profile's vector.")
    var factors = ImplicitSettings().factors

    @Option(help: "Penalty of the vectors, for each unit of confidence.")
    var penalty = ImplicitSettings().penalty

    @Option(help: "What a purchase adds to the confidence that a shopper wants an item.")
    var confidence = ImplicitSettings().confidence

    @Option(help: "How many segments; “auto”: as many as there are.")
    var segments = "auto"

    @Option(help: "Days before a shopper's last purchase that are held out to choose a ranking; 0: the last basket.")
    var heldOutDays = 0

    @Option(help: "Where to write a CSV of user, segment and factors.")
    var featuresOut: String?

    @Option(help: "For whatever chance decides.")
    var seed: UInt64 = 1

    func validate() throws { try FilePaths.check(reads: [purchases], writes: [out, featuresOut]) }

    func run() throws {
        let started = ContinuousClock.now
        let settings = try settings()
        var bar = ProgressBar("learning ")
        // A path that cannot be written is better known before the fit.
        var draft = try DraftFile(out)
        let file = try PurchaseFile(path: purchases)
        let version = UInt64(Clock.timestamp().milliseconds / 1_000)
        let (bundle, report) = ProfileLearner(settings).learn(file.log, version: version) { bar.update($0) }
        if let featuresOut {
            var features = try DraftFile(featuresOut)
            try ProfileFeatures.write(bundle) { text in try features.write(text) }
            try features.finish()
        }
        try draft.write(bundle.encode())
        try draft.finish()
        bar.finish("written to \(out)")
        let rendered = ProfileReport(
            bundle, report, file, settings.fit, path: out, seconds: (ContinuousClock.now - started).seconds)
        try output.report(rendered) { rendered.text }
    }

    private func settings() throws -> ProfileSettings {
        guard ProfileBundle.factorCounts.contains(factors) else {
            throw ValidationError("--factors takes \(Self.words(ProfileBundle.factorCounts)), not \(factors)")
        }
        for (name, value) in [("--penalty", penalty), ("--confidence", confidence)] {
            guard ImplicitSettings.strengths.contains(value) else {
                throw ValidationError("\(name) takes a number above 0, at most 1000000, not \(value)")
            }
        }
        let count = Int(segments)
        guard segments == "auto" || count.map(ProfileBundle.segmentCounts.contains) == true else {
            throw ValidationError(
                "--segments takes auto or \(Self.words(ProfileBundle.segmentCounts)), not “\(segments)”")
        }
        guard (0...3_650).contains(heldOutDays) else {
            throw ValidationError("--held-out-days takes \(Self.words(0...3_650)), not \(heldOutDays)")
        }
        return ProfileSettings(
            fit: ImplicitSettings(factors: factors, penalty: penalty, confidence: confidence, seed: seed),
            segments: count,
            heldOutWindow: Int64(heldOutDays) * 86_400)
    }

    private static func words(_ range: ClosedRange<Int>) -> String { "\(range.lowerBound) to \(range.upperBound)" }
}

/// Profiles as columns of a CSV.
enum ProfileFeatures {
    /// Segments are words, `s1` and on, so that nobody takes them for quantities.
    static func write(_ bundle: ProfileBundle, to write: (String) throws -> Void) throws {
        let names = (1...bundle.factors.items.width).map { "factor_\($0)" }
        try write((["user", "segment"] + names).joined(separator: ",") + "\n")
        for shopper in bundle.shoppers {
            let profile = bundle.profile(of: shopper)
            let segment = profile.segment.map { "s\($0 + 1)" } ?? ""
            let values = profile.factors.map { String(format: "%.6f", $0) }
            try write(([CSVField.quoted(shopper), segment] + values).joined(separator: ",") + "\n")
        }
    }
}
