// Charts as inline SVG text: lines, bars, points and a matrix of counts. Every chart carries a title and
// a description that a screen reader speaks, and needs neither scripts nor a network.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

/// `text` with the five characters that mean something to HTML written as entities, and control
/// characters as spaces.
[[nodiscard]] std::string escape_html(std::string_view text);

/// `value` with `digits` digits after the point, the same in every locale; "–" if it is not finite.
[[nodiscard]] std::string fixed_text(double value, int digits);

/// The color of class i; the first ten are easy to tell apart, later ones go round the color wheel.
[[nodiscard]] std::string class_color(std::int64_t i);

struct ChartLabels {
  std::string title;
  /// What the chart shows, in a sentence.
  std::string description;
  std::string x, y;
};

struct ChartSeries {
  std::string name;
  std::string color;
  /// Of equal length; points that are not finite are left out.
  std::vector<double> x, y;
};

/// One polyline a series over common axes, with a legend. A dashed line stands at `marker`, if finite.
[[nodiscard]] std::string line_chart(const ChartLabels& labels, std::span<const ChartSeries> series, double marker);

/// One dot a point, one color a series, over common axes, with a legend of at most 20 entries.
[[nodiscard]] std::string scatter_chart(const ChartLabels& labels, std::span<const ChartSeries> series);

struct ChartBar {
  std::string label;
  std::int64_t count = 0;
};

/// Vertical bars from zero.
[[nodiscard]] std::string bar_chart(const ChartLabels& labels, std::span<const ChartBar> bars);

/// `counts` [c, c], row after row, each cell shaded by its share of its row. names: [c].
[[nodiscard]] std::string matrix_chart(const ChartLabels& labels, std::span<const std::string> names,
                                       std::span<const std::int64_t> counts);

}  // namespace weft
