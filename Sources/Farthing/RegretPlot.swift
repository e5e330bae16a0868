// Cumulative regret over decisions, both logarithmic, as an SVG that needs nothing else: a straight line is a power of
// the decisions, and its gradient the exponent.

import Foundation

/// Courses of learners in one picture.
struct RegretPlot {
    struct Course {
        var name: String
        /// Positive.
        var points: [(decisions: Double, regret: Double)]
    }

    private let courses: [Course]
    private let horizontal: Axis
    private let vertical: Axis

    private static let size = (width: 820.0, height: 480.0)
    private static let frame = (left: 80.0, right: 610.0, top: 30.0, bottom: 420.0)
    private static let colours = ["#0b6e99", "#d1495b", "#3c8a4e", "#8a5fb0", "#c77d0a", "#555555"]

    /// - Precondition: there is a point.
    init(_ courses: [Course]) {
        self.courses = courses
        let points = courses.flatMap(\.points)
        horizontal = Axis(points.map(\.decisions), from: Self.frame.left, to: Self.frame.right)
        vertical = Axis(points.map(\.regret), from: Self.frame.bottom, to: Self.frame.top)
    }

    var svg: String {
        var parts: [String] = []
        for tick in horizontal.ticks {
            parts.append(line((tick.place, Self.frame.top), (tick.place, Self.frame.bottom)))
            parts.append(text(tick.label, (tick.place, Self.frame.bottom + 18), anchor: "middle"))
        }
        for tick in vertical.ticks {
            parts.append(line((Self.frame.left, tick.place), (Self.frame.right, tick.place)))
            parts.append(text(tick.label, (Self.frame.left - 8, tick.place + 4), anchor: "end"))
        }
        for (place, course) in courses.enumerated() {
            let colour = Self.colours[place % Self.colours.count]
            let points = course.points.map {
                String(format: "%.1f,%.1f", horizontal.place(of: $0.decisions), vertical.place(of: $0.regret))
            }
            parts.append(
                #"<polyline fill="none" stroke="\#(colour)" stroke-width="2" points="\#(points.joined(separator: " "))"/>"#
            )
            let label = (x: Self.frame.right + 12, y: Self.frame.top + 16 + 20 * Double(place))
            parts.append(text(course.name, label, colour: colour))
        }
        parts.append(
            text("decisions", ((Self.frame.left + Self.frame.right) / 2, Self.frame.bottom + 44), anchor: "middle"))
        parts.append(text("lost against the oracle so far", (Self.frame.left, Self.frame.top - 10)))
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.size.width)) \(Int(Self.size.height))" \
            font-family="sans-serif" font-size="13">
            <rect width="100%" height="100%" fill="white"/>
            \(parts.joined(separator: "\n"))
            </svg>

            """
    }

    private func line(_ start: (Double, Double), _ end: (Double, Double)) -> String {
        String(
            format: ##"<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#dddddd"/>"##, start.0, start.1, end.0,
            end.1)
    }

    private func text(
        _ words: String, _ place: (x: Double, y: Double), anchor: String = "start", colour: String = "#333333"
    ) -> String {
        let escaped = words.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
        return String(format: #"<text x="%.1f" y="%.1f" "#, place.x, place.y)
            + #"text-anchor="\#(anchor)" fill="\#(colour)">\#(escaped)</text>"#
    }
}

/// A logarithmic axis, a tick at each power of ten and at twice and five times as much.
private struct Axis {
    private let low: Double
    private let high: Double
    private let start: Double
    private let end: Double

    init(_ values: [Double], from start: Double, to end: Double) {
        low = log10(values.min() ?? 1)
        high = max(log10(values.max() ?? 10), low + 0.1)
        self.start = start
        self.end = end
    }

    func place(of value: Double) -> Double { start + (end - start) * (log10(value) - low) / (high - low) }

    var ticks: [(place: Double, label: String)] {
        (Int(low.rounded(.down))...Int(high.rounded(.up))).flatMap { power in
            [1.0, 2, 5].compactMap { factor -> (place: Double, label: String)? in
                let value = factor * pow(10, Double(power))
                guard log10(value) >= low - 1e-9, log10(value) <= high + 1e-9 else { return nil }
                return (place(of: value), Self.label(value))
            }
        }
    }

    private static func label(_ value: Double) -> String {
        switch value {
        case 1e6...: "\((value / 1e6).formatted()) M"
        case 1e3...: "\((value / 1e3).formatted()) k"
        default: value.formatted()
        }
    }
}
