#include "weft/runs/report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "weft/core/error.hpp"
#include "weft/runs/principal_components.hpp"
#include "weft/runs/svg_chart.hpp"
#include "weft/tasks/prediction.hpp"

namespace weft {
namespace {

constexpr std::string_view kStyle = R"(
body{font:16px/1.5 system-ui,sans-serif;color:#1f2328;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin-top:2.2rem;border-bottom:1px solid #d8dee4}
svg{width:100%;height:auto;max-height:40rem;font:12px system-ui,sans-serif}
svg .grid{stroke:#e3e7eb}svg .axis{stroke:#57606a}svg .marker{stroke:#57606a;stroke-dasharray:4 4}
svg .bar{fill:#4e79a7}svg .small{font-size:10px;fill:#57606a}
table{border-collapse:collapse;margin:.6rem 0}th,td{text-align:left;padding:.15rem 1.2rem .15rem 0;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}tbody tr:nth-child(odd){background:#f6f8fa}
.figures{display:flex;gap:2.5rem;flex-wrap:wrap;margin:1rem 0}.figures b{display:block;font-size:1.9rem}
.legend span{margin-right:1rem;font-size:.85rem}.legend i{display:inline-block;width:.8em;height:.8em;margin-right:.3em}
.quiet{color:#57606a}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(14rem,1fr));gap:1rem}
.pictures figure{margin:0;border:1px solid #d8dee4;padding:.4rem}.pictures figcaption{font-size:.8rem}
)";

void check(const ReportData& data) {
  const std::size_t points = data.epochs.size();
  require(data.loss.size() == points && (data.train.empty() || data.train.size() == points) &&
              (data.val.empty() || data.val.size() == points),
          "report_html: ", points, " epochs but ", data.loss.size(), " losses, ", data.train.size(), " training and ",
          data.val.size(), " validation figures, expected equal numbers");
  for (const ReportData::Target& target : data.targets) {
    require(target.truth.size() == target.predicted.size(), "report_html: target ", target.name, " has ",
            target.truth.size(), " true and ", target.predicted.size(), " predicted values, expected as many");
  }
  const std::size_t c = data.class_names.size();
  require(data.confusion.empty() || data.confusion.size() == c * c, "report_html: ", c, " classes but a confusion ",
          "matrix of ", data.confusion.size(), " cells, expected ", c * c);
  require(static_cast<std::size_t>(data.embedding.rows()) == data.embedding_class.size(),
          "report_html: ", data.embedding.rows(), " embedded points but ", data.embedding_class.size(),
          " classes, expected as many");
}

std::string section(const std::string& title, const std::string& body) {
  return "<section>\n<h2>" + escape_html(title) + "</h2>\n" + body + "</section>\n";
}

std::string figure_text(double value) {
  return "<b>" + fixed_text(value, 4) + "</b>";
}

std::string head(const ReportData& data) {
  const std::string title = "<h1>" + escape_html(data.model + " on " + data.dataset) + "</h1>\n<p class=\"quiet\">" +
                            escape_html(data.task) + ", split " + escape_html(data.split) + "</p>\n";
  if (data.metric.empty()) {
    return title;
  }
  return title + "<div class=\"figures\"><div>" + figure_text(data.test_figure) + "test " + escape_html(data.metric) +
         "</div><div>" + figure_text(data.val_figure) + "validation</div><div>" + figure_text(data.train_figure) +
         "training</div></div>\n<p>All three are read at epoch " + std::to_string(data.best_epoch) +
         ", the one with the best validation figure.</p>\n";
}

std::string curves(const ReportData& data) {
  std::string out;
  const ChartSeries loss{"training loss", class_color(0), data.epochs, data.loss};
  const double marker = data.best_epoch >= 0 ? static_cast<double>(data.best_epoch) : std::nan("");
  out += section("Loss", line_chart({"Training loss by epoch",
                                     "The training loss goes from " + fixed_text(data.loss.front(), 4) + " to " +
                                         fixed_text(data.loss.back(), 4) + " in " + std::to_string(data.epochs.size()) +
                                         " epochs.",
                                     "epoch", "loss"},
                                    std::span(&loss, 1), marker));
  std::vector<ChartSeries> metric;
  if (!data.train.empty()) {
    metric.push_back({"training", class_color(0), data.epochs, data.train});
  }
  if (!data.val.empty()) {
    metric.push_back({"validation", class_color(1), data.epochs, data.val});
  }
  if (!metric.empty()) {
    out += section(data.metric,
                   line_chart({data.metric + " by epoch",
                               "The metric on the training and the validation part; the dashed line stands at epoch " +
                                   std::to_string(data.best_epoch) + ", the best one.",
                               "epoch", data.metric},
                              metric, marker));
  }
  return out;
}

std::string classes(const ReportData& data) {
  const auto c = static_cast<std::int64_t>(data.class_names.size());
  std::string table = "<table><thead><tr><th>class</th><th class=\"n\">" + escape_html(data.rows) +
                      "</th><th class=\"n\">precision</th>"
                      "<th class=\"n\">recall</th><th class=\"n\">F1</th></tr></thead><tbody>\n";
  std::vector<std::vector<std::int64_t>> confusion;
  for (std::int64_t i = 0; i < c; ++i) {
    confusion.emplace_back(data.confusion.begin() + i * c, data.confusion.begin() + (i + 1) * c);
  }
  const std::vector<ClassFigures> figures = class_figures(confusion);
  for (std::size_t i = 0; i < figures.size(); ++i) {
    table += "<tr><td>" + escape_html(data.class_names[i]) + "</td><td class=\"n\">" +
             std::to_string(figures[i].count) + "</td><td class=\"n\">" + fixed_text(figures[i].precision, 3) +
             "</td><td class=\"n\">" + fixed_text(figures[i].recall, 3) + "</td><td class=\"n\">" +
             fixed_text(figures[i].f1, 3) + "</td></tr>\n";
  }
  table += "</tbody></table>\n";
  return section("Confusion on the test part",
                 matrix_chart({"Confusion matrix of the test part",
                               "Rows are true classes, columns are predicted ones; a cell is shaded by its share of "
                               "its row.",
                               "predicted class", "true class"},
                              data.class_names, data.confusion)) +
         section("Class by class", table);
}

/// More points than this hide each other; every k-th stands for the rest.
constexpr std::size_t kMostDots = 2000;

std::string scatter(const ReportData::Target& target) {
  ChartSeries points{"test part", class_color(0), {}, {}}, diagonal{"equal", class_color(1), {}, {}};
  const std::size_t stride = (target.truth.size() + kMostDots - 1) / kMostDots;
  for (std::size_t i = 0; i < target.truth.size(); i += stride) {
    points.x.push_back(target.truth[i]);
    points.y.push_back(target.predicted[i]);
  }
  const auto [low, high] = std::ranges::minmax(target.truth);
  for (int k = 0; k <= 100; ++k) {
    diagonal.x.push_back(low + (high - low) * k / 100.0);
    diagonal.y.push_back(diagonal.x.back());
  }
  const ChartSeries series[] = {points, diagonal};
  return scatter_chart(
      {target.name + ": predicted against true",
       "Each dot is one of the test part; on the line of small dots the two are equal.", "true", "predicted"},
      series);
}

std::string targets(const ReportData& data) {
  constexpr std::size_t kMostScatters = 6;
  std::string table = "<table><thead><tr><th>" + std::string(data.targets_are_labels ? "label" : "target") +
                      "</th><th class=\"n\">known in the test part</th>" +
                      (data.targets_are_labels ? "<th class=\"n\">of them yes</th>" : "") + "<th class=\"n\">" +
                      escape_html(data.target_figure) + "</th></tr></thead><tbody>\n";
  std::string charts;
  for (std::size_t k = 0; k < data.targets.size(); ++k) {
    const ReportData::Target& target = data.targets[k];
    table +=
        "<tr><td>" + escape_html(target.name) + "</td><td class=\"n\">" + std::to_string(target.truth.size()) + "</td>";
    if (data.targets_are_labels) {
      table += "<td class=\"n\">" + std::to_string(std::ranges::count(target.truth, 1.0)) + "</td>";
    }
    table += "<td class=\"n\">" + fixed_text(target.figure, 4) + "</td></tr>\n";
    if (!data.targets_are_labels && k < kMostScatters && !target.truth.empty()) {
      charts += scatter(target);
    }
  }
  table += "</tbody></table>\n";
  return section(data.targets_are_labels ? "Label by label" : "Predicted and true", charts + table);
}

std::string pictures(const ReportData& data) {
  std::string body = "<p>" + escape_html(data.pictures_note) + "</p>\n<div class=\"pictures\">\n";
  for (const ReportData::Picture& picture : data.pictures) {
    body += "<figure>" + picture.svg + "<figcaption>" + escape_html(picture.caption) + "</figcaption></figure>\n";
  }
  return section(data.pictures_title, body + "</div>\n");
}

/// Degrees 0, 1, 2-3, 4-7, ... : a power law is legible in bins that double.
std::string degrees(const ReportData& data) {
  std::vector<ChartBar> bars;
  for (std::size_t low = 0; low < data.in_degrees.size();) {
    const std::size_t high = low == 0 ? 1 : 2 * low;
    ChartBar bar{high - low == 1 ? std::to_string(low) : std::to_string(low) + "–" + std::to_string(high - 1), 0};
    for (std::size_t k = low; k < std::min(high, data.in_degrees.size()); ++k) {
      bar.count += data.in_degrees[k];
    }
    bars.push_back(std::move(bar));
    low = high;
  }
  return section(
      "In-degrees",
      bar_chart({"Nodes by in-degree", "How many nodes have an in-degree in each range.", "in-degree", "nodes"}, bars));
}

std::string embedding(const ReportData& data) {
  // More dots than this hide each other and make the file heavy; every k-th point stands for the rest.
  constexpr std::int64_t kMostPoints = 3000;
  const std::vector<std::int64_t> left_out = rows_not_finite(data.embedding);
  std::vector<std::int64_t> shown;
  for (std::int64_t i = 0; i < data.embedding.rows(); ++i) {
    if (!std::ranges::binary_search(left_out, i)) {
      shown.push_back(i);
    }
  }
  const std::string note = left_out.empty() ? ""
                                            : concat("<p class=\"quiet\">Left out: ", left_out.size(), " of ",
                                                     data.embedding.rows(), " states, which are not finite.</p>\n");
  const std::string title = "What the last layer sees";
  if (shown.size() < 2) {
    return section(title, note);
  }
  const PrincipalComponents seen =
      principal_components(left_out.empty() ? data.embedding : select_rows(data.embedding, shown));
  const std::int64_t stride = (seen.points.rows() + kMostPoints - 1) / kMostPoints;
  const auto c = static_cast<std::int64_t>(data.class_names.size());
  std::vector<ChartSeries> series(static_cast<std::size_t>(c) + 1);
  for (std::int64_t i = 0; i < c; ++i) {
    series[static_cast<std::size_t>(i)] = {data.class_names[static_cast<std::size_t>(i)], class_color(i), {}, {}};
  }
  series.back() = {c > 0 ? "class not known" : "points", c > 0 ? "#afb8c1" : class_color(0), {}, {}};
  for (std::int64_t i = 0; i < seen.points.rows(); i += stride) {
    const std::int64_t label = data.embedding_class[static_cast<std::size_t>(shown[static_cast<std::size_t>(i)])];
    ChartSeries& mine = label >= 0 && label < c ? series[static_cast<std::size_t>(label)] : series.back();
    mine.x.push_back(static_cast<double>(seen.points(i, 0)));
    mine.y.push_back(static_cast<double>(seen.points(i, 1)));
  }
  std::erase_if(series, [](const ChartSeries& one) { return one.x.empty(); });
  const auto axis = [&](int k) {
    return "component " + std::to_string(k + 1) + " (" + fixed_text(100.0 * seen.share[k], 1) + " % of the variance)";
  };
  return section(
      title,
      note + scatter_chart({"The last layer's states, seen along their two principal components",
                            "Each dot is a node or graph, colored by its class; classes that the model separates "
                            "lie apart.",
                            axis(0), axis(1)},
                           series));
}

std::string pairs_table(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string out = "<table><tbody>\n";
  for (const auto& [name, value] : rows) {
    out += "<tr><th scope=\"row\">" + escape_html(name) + "</th><td>" + escape_html(value) + "</td></tr>\n";
  }
  return out + "</tbody></table>\n";
}

}  // namespace

std::string report_html(const ReportData& data) {
  check(data);
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>" +
      escape_html(data.model + " on " + data.dataset) + "</title>\n<style>" + std::string(kStyle) +
      "</style>\n</head>\n<body>\n<main>\n" + head(data);
  if (!data.epochs.empty()) {
    out += curves(data);
  }
  if (!data.confusion.empty()) {
    out += classes(data);
  }
  if (!data.targets.empty()) {
    out += targets(data);
  }
  if (!data.pictures.empty()) {
    out += pictures(data);
  }
  for (const ReportData::Chart& chart : data.charts) {
    out += section(chart.title, chart.svg);
  }
  if (data.embedding.rows() > 1) {
    out += embedding(data);
  }
  if (!data.in_degrees.empty()) {
    out += degrees(data);
  }
  if (!data.facts.empty()) {
    out += section("Measured", pairs_table(data.facts));
  }
  if (!data.config.empty()) {
    out += section(data.config_title, pairs_table(data.config));
  }
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace weft
