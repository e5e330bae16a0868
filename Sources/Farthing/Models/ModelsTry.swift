import ArgumentParser
import Client
import Domain
import Foundation

struct ModelsTry: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "try", abstract: "Put a model on trial, or change the share of the one that is.",
        discussion: """
            Without a file, the model that is on trial stays, with the share given. A larger share keeps every shopper
            who was in it.

              farthing models try model.bundle
              farthing models try --share 5%
            """)

    @OptionGroup var workers: ModelsOrder

    @Argument(help: "The bundle's file; every worker must be able to read it.")
    var bundle: String?

    @Option(help: "Shoppers that it prices: 5% or 0.05. Nobody unless given.")
    var share: ShopperShare = ShopperShare(perMille: 0)

    func run() throws {
        let (_, client) = try workers.target.connect(deadlineMilliseconds: 30_000)
        let order = try client.order(.tryOut(try source(client), sharePerMille: share.perMille)).value
        try workers.report(client) { $0.isTriedByAll(order.checksum, sharePerMille: share.perMille) }
    }

    private func source(_ client: PricingClient) throws -> ModelSource {
        if let bundle { return .file(URL(filePath: bundle).standardizedFileURL.path) }
        guard let trial = ClusterModels(try client.status().value).trial else {
            throw ValidationError("No model is on trial: name a bundle's file.")
        }
        return .kept(trial.checksum)
    }
}

/// A share of shoppers, in steps of a thousandth.
struct ShopperShare: ExpressibleByArgument {
    let perMille: UInt32

    init(perMille: UInt32) { self.perMille = perMille }

    init?(argument: String) {
        let isPercent = argument.hasSuffix("%")
        guard let number = Double(isPercent ? String(argument.dropLast()) : argument) else { return nil }
        let share = isPercent ? number / 100 : number
        guard (0...1).contains(share) else { return nil }
        perMille = UInt32((share * 1_000).rounded())
    }
}
