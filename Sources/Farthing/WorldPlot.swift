import ArgumentParser
import Foundation
import Learning

struct WorldPlot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot", abstract: "Draw the regret of courses that `farthing world run` wrote.")

    @Argument(help: "What `farthing world run --out` wrote; the name of each file names its line.")
    var courses: [String]

    @Option(help: "The SVG to write.")
    var out: String

    func validate() throws { try FilePaths.check(reads: courses, writes: [out]) }

    func run() throws {
        let plotted = try courses.map(Self.read)
        var file = try DraftFile(out)
        try file.write(RegretPlot(plotted).svg)
        try file.finish()
    }

    private static func read(_ path: String) throws -> RegretPlot.Course {
        let reader = try CSVReader(path: path)
        let (decisions, regret) = (try reader.column("decisions"), try reader.column("regret"))
        let slope = try reader.column("slope")
        var course = RegretPlot.Course(name: "", points: [])
        var last = ""
        while try reader.next() {
            let point = (decisions: try reader.number(decisions), regret: try reader.number(regret))
            guard point.decisions > 0, point.regret > 0 else {
                throw reader.error(
                    regret, remedy: "Decisions and regret are above 0: give a file of farthing world run.")
            }
            course.points.append(point)
            last = reader.text(slope).isEmpty ? "" : String(format: "%.2f", try reader.number(slope))
        }
        guard !course.points.isEmpty else {
            throw LearningError(place: path, value: "no rows", remedy: "Give a file of farthing world run.")
        }
        let name = URL(filePath: path).deletingPathExtension().lastPathComponent
        course.name = last.isEmpty ? name : "\(name) (slope \(last))"
        return course
    }
}
