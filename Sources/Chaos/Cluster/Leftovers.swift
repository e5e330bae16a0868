// Undoes what a run did to the machine: processes, network devices, mounts. Used at the end of every run, and at
// the beginning of the next for runs that were killed before their end.

import Foundation
import Glibc

enum Leftovers {
    /// Undoes abandoned runs. Returns what was done, for the journal.
    static func clearAbandoned() -> [String] {
        RunFolder.abandoned().map { folder in
            clear(folder)
            folder.remove()
            return "an earlier run had ended without tidying up; removed \(folder.path) and what it had started"
        }
    }

    /// Ends the processes of a run, unmounts its log and removes its network. Leaves the files.
    static func clear(_ folder: RunFolder) {
        for process in folder.processes {
            process.send(SIGKILL)
            // A stopped process dies of SIGKILL too; one that is traced dies with its tracer, listed as well.
        }
        NamespaceNetwork.remove(tag: folder.tag)
        LogVolume.unmount(folder.file("log"))
    }
}
