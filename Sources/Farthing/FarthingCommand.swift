import ArgumentParser
import Operations

@main
enum EntryPoint {
    static func main() {
        ProcessSetup.prepare()
        FarthingCommand.main()
    }
}

/// The operator's command line.
struct FarthingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "farthing",
        abstract: "Personal prices and promotions, in real time.",
        discussion: """
            A first price in three commands:

              farthing up                            start the cluster of cluster.yaml, stay in front
              farthing import Data/complete-journey  (in another terminal) send it a shop's history
              farthing quote --user 2337 --line 1082185:2 --line 995242:1 --explain

            Every command that reports takes `-o json`. `farthing demo` does all of the above for you.
            """,
        subcommands: [
            Up.self, Demo.self, Status.self, Workers.self, Restart.self, Reload.self, Verify.self, QuoteCommand.self,
            Recommend.self, Import.self, Learn.self, ModelsCommand.self, Activate.self, Freeze.self, Thaw.self,
            Freezes.self, Stock.self, Bench.self, Validate.self, ChaosCommand.self, Simulate.self, LogCommand.self,
            WorldCommand.self, ExperimentCommand.self,
        ])
}
