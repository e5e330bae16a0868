import Testing

/// Runs a script and compares what was decided with what it says.
func check(
    _ script: String, replicas: Int = 2, capacity: Int = 64, showing details: Set<RouterScript.Detail> = [],
    sourceLocation: SourceLocation = #_sourceLocation
) {
    var router = RouterScript(replicas: replicas, capacity: capacity, showing: details)
    #expect(router.run(script) == script, sourceLocation: sourceLocation)
}

/// How scripts begin in which w1 leads partition 0 and two others follow it.
let threeReplicas = """
    w1 reports leading 0@4
    w2 reports following 0@4
    w3 reports following 0@4
    """
