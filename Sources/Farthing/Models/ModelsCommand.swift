import ArgumentParser
import Client
import Configuration
import Domain
import Foundation

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Show the models of a running cluster, judge one, try it, promote it, go back.",
        discussion: """
            A model on trial is loaded by every worker beside the one that serves. With a share of nothing it prices
            nobody: one cart in sixteen is priced by both, and the difference is shown here. With a share it prices
            those shoppers, the same ones on every worker. `farthing activate` serves a model without a trial.

              farthing models
              farthing models judge model.bundle
              farthing models try model.bundle
              farthing models try --share 5%
              farthing models promote
              farthing models rollback
            """,
        subcommands: [
            ModelsList.self, ModelsJudge.self, ModelsTry.self, ModelsPromote.self, ModelsWithdraw.self,
            ModelsRollback.self,
        ],
        defaultSubcommand: ModelsList.self)
}

struct ModelsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show which model serves, which one is on trial, and which are kept.")

    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    func run() throws {
        let (configuration, client) = try target.connect()
        let models = ClusterModels(try client.status().value)
        let report = ModelsReport(models, kept: KeptModel.all(inLog: configuration.log.directory))
        try output.report(report) { report.text }
    }
}
