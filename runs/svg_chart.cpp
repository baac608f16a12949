#include "weft/runs/svg_chart.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace weft {
namespace {

// Picture units; the browser scales the picture to the width of its column.
constexpr double kWidth = 640, kHeight = 300, kLeft = 64, kRight = 16, kTop = 28, kBottom = 44;

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void add(double value) {
    if (std::isfinite(value)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  /// Never empty, so that a constant series is drawn in the middle.
  [[nodiscard]] Range widened() const {
    if (low > high) {
      return {0.0, 1.0};
    }
    const double pad = high > low ? 0.04 * (high - low) : std::max(1e-3, 0.1 * std::abs(high));
    return {low - pad, high + pad};
  }
};

/// The distance of about `count` ticks: 1, 2 or 5 times a power of ten.
double tick_step(const Range& range, int count) {
  const double rough = (range.high - range.low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double share = rough / power;
  return power * (share < 1.5 ? 1.0 : share < 3.5 ? 2.0 : share < 7.5 ? 5.0 : 10.0);
}

std::string tick_text(double value, double step) {
  return fixed_text(value, std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 6));
}

std::string number(double value) {
  return fixed_text(value, 1);
}

std::string text_at(double x, double y, std::string_view anchor, std::string_view text, std::string_view extra = "") {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + std::string(anchor) + "\"" +
         std::string(extra) + ">" + escape_html(text) + "</text>\n";
}

std::string open_svg(const ChartLabels& labels, double width, double height) {
  return "<svg viewBox=\"0 0 " + number(width) + " " + number(height) + "\" role=\"img\" aria-label=\"" +
         escape_html(labels.title) + "\">\n<title>" + escape_html(labels.title) + "</title>\n<desc>" +
         escape_html(labels.description) + "</desc>\n";
}

/// The plane that lines and points are drawn on.
struct Plane {
  Range x, y;

  [[nodiscard]] double left(double value) const {
    return kLeft + (value - x.low) / (x.high - x.low) * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double top(double value) const {
    return kHeight - kBottom - (value - y.low) / (y.high - y.low) * (kHeight - kTop - kBottom);
  }

  [[nodiscard]] std::string axes(const ChartLabels& labels) const {
    std::string out;
    const double step_y = tick_step(y, 5);
    for (double t = std::ceil(y.low / step_y) * step_y; t <= y.high; t += step_y) {
      out += "<line class=\"grid\" x1=\"" + number(kLeft) + "\" x2=\"" + number(kWidth - kRight) + "\" y1=\"" +
             number(top(t)) + "\" y2=\"" + number(top(t)) + "\"/>\n";
      out += text_at(kLeft - 6, top(t) + 4, "end", tick_text(t, step_y));
    }
    const double step_x = tick_step(x, 6);
    for (double t = std::ceil(x.low / step_x) * step_x; t <= x.high; t += step_x) {
      out += text_at(left(t), kHeight - kBottom + 16, "middle", tick_text(t, step_x));
    }
    out += "<line class=\"axis\" x1=\"" + number(kLeft) + "\" x2=\"" + number(kWidth - kRight) + "\" y1=\"" +
           number(kHeight - kBottom) + "\" y2=\"" + number(kHeight - kBottom) + "\"/>\n";
    out += text_at((kLeft + kWidth - kRight) / 2, kHeight - 8, "middle", labels.x);
    out += text_at(14, (kTop + kHeight - kBottom) / 2, "middle", labels.y,
                   " transform=\"rotate(-90 14 " + number((kTop + kHeight - kBottom) / 2) + ")\"");
    return out;
  }
};

Plane plane_of(std::span<const ChartSeries> series) {
  Plane plane;
  for (const ChartSeries& one : series) {
    for (std::size_t i = 0; i < one.x.size(); ++i) {
      if (std::isfinite(one.x[i]) && std::isfinite(one.y[i])) {
        plane.x.add(one.x[i]);
        plane.y.add(one.y[i]);
      }
    }
  }
  return {plane.x.widened(), plane.y.widened()};
}

/// Names with their colors in rows above the picture; HTML, so that long names wrap.
std::string legend(std::span<const ChartSeries> series) {
  constexpr std::size_t kMost = 20;
  std::string out = "<p class=\"legend\">";
  for (std::size_t i = 0; i < std::min(series.size(), kMost); ++i) {
    out += "<span><i style=\"background:" + series[i].color + "\"></i>" + escape_html(series[i].name) + "</span> ";
  }
  if (series.size() > kMost) {
    out += "<span>and " + std::to_string(series.size() - kMost) + " more</span>";
  }
  return out + "</p>\n";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
    }
  }
  return out;
}

std::string fixed_text(double value, int digits) {
  if (!std::isfinite(value)) {
    return "–";
  }
  std::array<char, 400> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits);
  std::string out(text.data(), end);
  return out.find_first_not_of("-0.") == std::string::npos && out.front() == '-' ? out.substr(1) : out;
}

std::string class_color(std::int64_t i) {
  // The Tableau 10 palette; beyond it, hues a golden angle apart.
  static constexpr std::array<std::string_view, 10> kColors = {"#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f",
                                                               "#b8962e", "#b07aa1", "#d6708b", "#9c755f", "#79706e"};
  if (i < static_cast<std::int64_t>(kColors.size())) {
    return std::string(kColors[static_cast<std::size_t>(std::max<std::int64_t>(i, 0))]);
  }
  return "hsl(" + std::to_string(i * 137 % 360) + ",55%," + (i % 2 == 0 ? "42%" : "58%") + ")";
}

std::string line_chart(const ChartLabels& labels, std::span<const ChartSeries> series, double marker) {
  const Plane plane = plane_of(series);
  std::string out = legend(series) + open_svg(labels, kWidth, kHeight) + plane.axes(labels);
  if (std::isfinite(marker)) {
    out += "<line class=\"marker\" x1=\"" + number(plane.left(marker)) + "\" x2=\"" + number(plane.left(marker)) +
           "\" y1=\"" + number(kTop) + "\" y2=\"" + number(kHeight - kBottom) + "\"/>\n";
  }
  for (const ChartSeries& one : series) {
    std::string points;
    std::int64_t count = 0;
    for (std::size_t i = 0; i < one.x.size(); ++i) {
      if (std::isfinite(one.x[i]) && std::isfinite(one.y[i])) {
        points += number(plane.left(one.x[i])) + "," + number(plane.top(one.y[i])) + " ";
        ++count;
      }
    }
    // A line of one point is not drawn; one of no length has round ends.
    out += "<polyline fill=\"none\" stroke=\"" + one.color + "\" stroke-linecap=\"round\" stroke-width=\"" +
           (count == 1 ? "7" : "2") + "\" points=\"" + points + (count == 1 ? points : "") + "\"/>\n";
  }
  return out + "</svg>\n";
}

std::string scatter_chart(const ChartLabels& labels, std::span<const ChartSeries> series) {
  const Plane plane = plane_of(series);
  std::string out = legend(series) + open_svg(labels, kWidth, kHeight) + plane.axes(labels);
  for (const ChartSeries& one : series) {
    out += "<g fill=\"" + one.color + "\" fill-opacity=\"0.7\">";
    for (std::size_t i = 0; i < one.x.size(); ++i) {
      if (std::isfinite(one.x[i]) && std::isfinite(one.y[i])) {
        out += "<circle r=\"2.2\" cx=\"" + number(plane.left(one.x[i])) + "\" cy=\"" + number(plane.top(one.y[i])) +
               "\"/>";
      }
    }
    out += "</g>\n";
  }
  return out + "</svg>\n";
}

std::string bar_chart(const ChartLabels& labels, std::span<const ChartBar> bars) {
  std::int64_t most = 1;
  for (const ChartBar& bar : bars) {
    most = std::max(most, bar.count);
  }
  const double slot = (kWidth - kLeft - kRight) / static_cast<double>(std::max<std::size_t>(bars.size(), 1));
  std::string out = open_svg(labels, kWidth, kHeight);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double left = kLeft + slot * static_cast<double>(i);
    const double height = (kHeight - kTop - kBottom) * static_cast<double>(bars[i].count) / static_cast<double>(most);
    out += "<rect class=\"bar\" x=\"" + number(left + 0.08 * slot) + "\" width=\"" + number(0.84 * slot) + "\" y=\"" +
           number(kHeight - kBottom - height) + "\" height=\"" + number(height) + "\"/>\n";
    out += text_at(left + slot / 2, kHeight - kBottom + 16, "middle", bars[i].label);
    out += text_at(left + slot / 2, kHeight - kBottom - height - 4, "middle", std::to_string(bars[i].count),
                   " class=\"small\"");
  }
  out += "<line class=\"axis\" x1=\"" + number(kLeft) + "\" x2=\"" + number(kWidth - kRight) + "\" y1=\"" +
         number(kHeight - kBottom) + "\" y2=\"" + number(kHeight - kBottom) + "\"/>\n";
  out += text_at((kLeft + kWidth - kRight) / 2, kHeight - 8, "middle", labels.x);
  out += text_at(14, (kTop + kHeight - kBottom) / 2, "middle", labels.y,
                 " transform=\"rotate(-90 14 " + number((kTop + kHeight - kBottom) / 2) + ")\"");
  return out + "</svg>\n";
}

std::string matrix_chart(const ChartLabels& labels, std::span<const std::string> names,
                         std::span<const std::int64_t> counts) {
  const std::size_t c = names.size();
  constexpr double kCorner = 110;
  const double cell = std::clamp(520.0 / static_cast<double>(std::max<std::size_t>(c, 1)), 12.0, 56.0);
  const double size = kCorner + cell * static_cast<double>(c);
  const bool write_counts = cell >= 24;
  std::string out = open_svg(labels, size + 8, size + 8);
  out += text_at(kCorner + (size - kCorner) / 2, 14, "middle", labels.x);
  for (std::size_t i = 0; i < c; ++i) {
    const double middle = kCorner + cell * (static_cast<double>(i) + 0.5);
    const std::string name = names[i].size() > 16 ? names[i].substr(0, 15) + "." : names[i];
    out += text_at(kCorner - 6, middle + 4, "end", name);
    out += text_at(middle + 4, kCorner - 6, "start", name,
                   " transform=\"rotate(-60 " + number(middle + 4) + " " + number(kCorner - 6) + ")\"");
    std::int64_t total = 0;
    for (std::size_t j = 0; j < c; ++j) {
      total += counts[i * c + j];
    }
    for (std::size_t j = 0; j < c; ++j) {
      const std::int64_t count = counts[i * c + j];
      const double share = total > 0 ? static_cast<double>(count) / static_cast<double>(total) : 0.0;
      const double left = kCorner + cell * static_cast<double>(j);
      out += "<rect x=\"" + number(left) + "\" y=\"" + number(middle - cell / 2) + "\" width=\"" + number(cell - 1) +
             "\" height=\"" + number(cell - 1) + "\" fill=\"" + (i == j ? "#2f6f4f" : "#a23b3b") +
             "\" fill-opacity=\"" + fixed_text(0.04 + 0.9 * share, 3) + "\"><title>" + escape_html(names[i]) +
             " taken for " + escape_html(names[j]) + ": " + std::to_string(count) + "</title></rect>\n";
      if (write_counts && count > 0) {
        out +=
            text_at(left + cell / 2, middle + 4, "middle", std::to_string(count), share > 0.55 ? " fill=\"#fff\"" : "");
      }
    }
  }
  return out + "</svg>\n";
}

}  // namespace weft
