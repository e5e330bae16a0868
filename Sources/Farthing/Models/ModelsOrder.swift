import ArgumentParser
import Client

/// What the commands share that change which models the workers have. An order is done when every worker has followed.
struct ModelsOrder: ParsableArguments {
    @OptionGroup var target: EndpointOption
    @OptionGroup var output: OutputOption

    @Option(help: "Seconds to wait for workers that lag.")
    var timeout: UInt32 = 30

    /// Waits until every worker has followed, and shows what they have. Status 1 when one has not.
    func report(_ client: PricingClient, until holds: (ClusterModels) -> Bool) throws {
        let (models, isSo) = try client.models(withinSeconds: timeout, until: holds)
        let report = ModelsReport(models, kept: [])
        try output.report(report) { report.text }
        if !isSo { throw ExitCode(1) }
    }
}
