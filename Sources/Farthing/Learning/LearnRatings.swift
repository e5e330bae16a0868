import ArgumentParser
import Foundation
import Learning
import Operations
import Profiles

struct LearnRatings: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ratings",
        abstract: "Measure the factor model on ratings that it has not seen.",
        discussion: """
            Reads a CSV with the columns user,item,rating or a RecBole .inter file, parts it into folds, and prints how
            far predictions for each fold miss when the other folds are learned from, beside biases alone.

              pip download --no-deps recbole && unzip recbole-*.whl
              farthing learn ratings --file recbole/dataset_example/ml-100k/ml-100k.inter --folds 5
            """)

    @OptionGroup var output: OutputOption

    @Option(help: "A CSV of ratings, plain or gzip, or a RecBole .inter file.")
    var file: String

    @Option(help: "How many folds.")
    var folds = 5

    @Option(help: "Numbers in a vector.")
    var factors = RatingSettings().factors

    @Option(help: "Penalty of the vectors, for each rating.")
    var penalty = RatingSettings().penalty

    @Option(help: "For the folds and the first vectors.")
    var seed: UInt64 = 1

    func run() throws {
        guard (2...100).contains(folds) else { throw ValidationError("--folds takes 2 to 100, not \(folds)") }
        guard ProfileBundle.factorCounts.contains(factors) else {
            throw ValidationError("--factors takes 1 to \(ProfileBundle.factorCounts.upperBound), not \(factors)")
        }
        guard ImplicitSettings.strengths.contains(penalty) else {
            throw ValidationError("--penalty takes a number above 0, at most 1000000, not \(penalty)")
        }
        var bar = ProgressBar("learning ")
        let ratings = try RatingFile(path: file, least: 10 * folds)
        let measured = RatingFolds(
            ratings.ratings, users: ratings.users, items: ratings.items, count: folds,
            RatingSettings(factors: factors, penalty: penalty, seed: seed)
        ) { bar.update($0) }
        bar.finish("\(ratings.ratings.count) ratings of \(ratings.items) items by \(ratings.users) users")
        let report = RatingsReport(measured)
        try output.report(report) { report.text }
    }
}

/// Root mean squared errors, fold by fold.
struct RatingsReport: Encodable {
    struct Fold: Encodable {
        var ratings: Int
        var biasesAlone: Double
        var factors: Double
    }
    var folds: [Fold]
    var biasesAlone: Double
    var factors: Double

    init(_ measured: RatingFolds) {
        folds = measured.folds.map {
            Fold(ratings: $0.ratings, biasesAlone: $0.biasesAlone, factors: $0.factors)
        }
        biasesAlone = measured.biasesAlone
        factors = measured.factors
    }

    var text: String {
        var table = Table(["fold", "ratings", "RMSE, biases alone", "RMSE, with factors"])
        func add(_ name: String, _ count: Int, _ biases: Double, _ factors: Double) {
            table.add([name, "\(count)", String(format: "%.4f", biases), String(format: "%.4f", factors)])
        }
        for (place, fold) in folds.enumerated() {
            add("\(place + 1)", fold.ratings, fold.biasesAlone, fold.factors)
        }
        add("mean", folds.reduce(0) { $0 + $1.ratings }, biasesAlone, factors)
        return table.text
    }
}
