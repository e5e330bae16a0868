/// Why a run could not begin or go on: what is wrong, and what to do about it.
public struct ChaosError: Error, Equatable, CustomStringConvertible {
    public var problem: String
    public var remedy: String

    public init(_ problem: String, remedy: String) {
        self.problem = problem
        self.remedy = remedy
    }

    public var description: String { "\(problem). \(remedy)" }
}
