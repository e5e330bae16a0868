// Where one run keeps everything: configurations, log, journals, and the list of what has to be undone. A run that
// was killed leaves its folder behind, and the next one undoes what it lists.

import Foundation

struct RunFolder {
    let path: String
    /// Unique among runs that are alive; names network devices too, which have room for 15 letters.
    let tag: String

    private static let prefix = "farthing-chaos-"
    private static var parent: String { FileManager.default.temporaryDirectory.path }

    /// Makes a new folder, owned by this process.
    init() throws {
        let own = ProcessInfo.processInfo.processIdentifier
        tag = "\(own)"
        path = Self.parent + "/" + Self.prefix + tag
        // What an earlier process of the same number left was undone by `Leftovers`, or is kept on purpose.
        if FileManager.default.fileExists(atPath: path) {
            try FileManager.default.moveItem(atPath: path, toPath: path + "-" + UUID().uuidString)
        }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try write(ProcessMark(own)?.text ?? "", to: "owner")
    }

    private init(existing name: String) {
        path = Self.parent + "/" + name
        tag = name.dropFirst(Self.prefix.count).split(separator: "-").first.map(String.init) ?? ""
    }

    /// Folders of runs whose process is gone, and which nobody wanted to keep.
    static func abandoned() -> [RunFolder] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return names.filter { $0.hasPrefix(prefix) }.sorted().map(RunFolder.init(existing:)).filter { folder in
            let owner = folder.read("owner").flatMap { ProcessMark($0) }
            return owner?.isThere != true && !folder.contains("kept")
        }
    }

    func file(_ name: String) -> String { path + "/" + name }

    func contains(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: file(name), atomically: true, encoding: .utf8)
    }

    func read(_ name: String) -> String? { try? String(contentsOfFile: file(name), encoding: .utf8) }

    /// Notes a process that must not outlive the run.
    func note(_ process: ProcessMark) throws {
        try write((read("processes") ?? "") + process.text + "\n", to: "processes")
    }

    var processes: [ProcessMark] { (read("processes") ?? "").split(separator: "\n").compactMap { ProcessMark($0) } }

    /// Keeps it when the next run tidies up.
    func keep() { try? write("", to: "kept") }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
