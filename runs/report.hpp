// The report of a training run: one HTML file that shows its curves and figures, opened by any browser
// without a network and without scripts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "weft/tensor/tensor.hpp"

namespace weft {

/// Plain values only; anything left empty is left out of the report.
struct ReportData {
  /// Without a metric the report has no figures at its head.
  std::string dataset = {}, task = {}, model = {}, metric = {}, split = {};

  /// A point an epoch, of equal length.
  std::vector<double> epochs = {}, loss = {};
  /// The metric on the training and the validation part; empty, or a point an epoch (NaN: not measured).
  std::vector<double> train = {}, val = {};
  /// What the figures below were read at, counted as `epochs` are; -1: not known.
  std::int64_t best_epoch = -1;
  double train_figure = 0.0, val_figure = 0.0, test_figure = 0.0;

  /// What has a class each.
  std::string rows = "nodes";
  /// [c]
  std::vector<std::string> class_names = {};
  /// On the test part, [c, c]: row: the true class, column: the predicted one.
  std::vector<std::int64_t> confusion = {};

  /// Where outputs are numbers or labels: each, on the test part.
  struct Target {
    std::string name = {};
    /// Of equal length, without missing ones. Numbers in the unit of the data; labels 0 or 1 and their probabilities.
    std::vector<double> truth = {}, predicted = {};
    /// The figure that is shown beside the name.
    double figure = 0.0;
  };
  std::vector<Target> targets = {};
  std::string target_figure = {};
  bool targets_are_labels = false;

  /// Pictures of single graphs: an <svg> element each, written as it is, and what stands below it.
  struct Picture {
    std::string svg, caption;
  };
  std::vector<Picture> pictures = {};
  std::string pictures_title = "Molecules of the test part", pictures_note = {};

  /// Charts of its own that a report has besides: an <svg> element each, written as it is.
  struct Chart {
    std::string title, svg;
  };
  std::vector<Chart> charts = {};

  /// in_degrees[k]: how many nodes have in-degree k.
  std::vector<std::int64_t> in_degrees = {};

  /// What the last layer makes of some nodes (or graphs), and their classes (-1: unknown).
  Tensor embedding = {};
  std::vector<std::int64_t> embedding_class = {};

  /// What was measured beside the metric, and everything that decided the run: name and value.
  std::vector<std::pair<std::string, std::string>> facts = {}, config = {};
  std::string config_title = "Configuration";
};

/// The whole file. Throws ArgumentError if lengths do not fit together.
[[nodiscard]] std::string report_html(const ReportData& data);

}  // namespace weft
