// A command that writes over what it reads, or over what it has just written, destroys somebody's data and says that all
// went well.

import ArgumentParser
import Foundation

enum FilePaths {
    /// Refuses outputs that are an input, or each other.
    /// - Parameters: paths as they were given; nil where an option was not.
    static func check(reads: [String?], writes: [String?]) throws {
        var taken = Set(reads.compactMap { $0 }.map(resolved))
        for path in writes.compactMap({ $0 }) where !taken.insert(resolved(path)).inserted {
            throw ValidationError("\(path) is read, or written twice: name another file to write.")
        }
    }

    private static func resolved(_ path: String) -> String {
        URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }
}
