// Where one run keeps everything: configurations, log, journals, and the list of what has to be undone. A run that
// was killed leaves its folder behind, and the next one undoes what it lists.

import Foundation
import Glibc

struct RunFolder {
    let path: String
    /// Unique among runs that are alive; names network devices too, which have room for 15 letters.
    let tag: String

    private static let prefix = "farthing-chaos-"
    private static var parent: String { FileManager.default.temporaryDirectory.path }

    /// Makes a new folder, owned by this process, that nobody else can look into or write to.
    init() throws {
        let own = ProcessInfo.processInfo.processIdentifier
        tag = "\(own)"
        let usual = Self.parent + "/" + Self.prefix + tag
        // What an earlier process of the same number left was undone by `Leftovers`, is kept on purpose, or is
        // somebody else's.
        path = try Self.make(usual) ? usual : usual + "-" + UUID().uuidString
        guard try path == usual || Self.make(path) else { throw Self.cannotMake(path, EEXIST) }
        try write(ProcessMark(own)?.text ?? "", to: "owner")
    }

    /// - Returns: false when something of that name is there already.
    private static func make(_ path: String) throws(ChaosError) -> Bool {
        if unsafe mkdir(path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw cannotMake(path, errno) }
        return false
    }

    private static func cannotMake(_ path: String, _ error: Int32) -> ChaosError {
        ChaosError(
            "\(path) cannot be made: \(unsafe String(cString: strerror(error)))",
            remedy: "Name another folder in TMPDIR.")
    }

    private init(existing name: String) {
        path = Self.parent + "/" + name
        tag = name.dropFirst(Self.prefix.count).split(separator: "-").first.map(String.init) ?? ""
    }

    /// Folders of runs whose process is gone, and which nobody wanted to keep. The folder around them is everybody's:
    /// what others may have made or written does not count, or they could have this process kill and unmount for them.
    static func abandoned() -> [RunFolder] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return names.filter { $0.hasPrefix(prefix) }.sorted().map(RunFolder.init(existing:)).filter { folder in
            guard folder.isOwn else { return false }
            let owner = folder.read("owner").flatMap { ProcessMark($0) }
            return owner?.isThere != true && !folder.contains("kept")
        }
    }

    /// Whether it is a real folder of this user that no other can write to.
    private var isOwn: Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
            && status.st_mode & (S_IWGRP | S_IWOTH) == 0
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
