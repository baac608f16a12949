// weft predict: classes and probabilities for every node of a dataset, which needs no labels.
//
// CSV: a header row; node, name (where nodes have names), class (its name where it has one), then one
// column p_CLASS for each class, or with --top K the K likeliest classes and their probabilities.
// HDF5 (.h5): /numbers/class int64 [n], /tensors/probabilities float32 [n, classes], and under /config the
// names of dataset, model and classes (class_0, class_1, ...).
#include <CLI/CLI.hpp>

#include <algorithm>
#include <numeric>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/io/model_file.hpp"
#include "weft/train/predictor.hpp"

namespace weft::cli {
namespace {

struct PredictFlags : SharedFlags {
  std::string run, data, output;
  std::int64_t top = 0;
};

/// A field of RFC 4180: quoted where it holds a comma, a quote or the end of a line.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string out = "\"";
  for (const char c : text) {
    out += c == '"' ? "\"\"" : std::string(1, c);
  }
  return out + "\"";
}

std::string probability_text(float value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", static_cast<double>(value));
  return text;
}

/// The `count` likeliest classes, equal ones in their order.
std::vector<std::int64_t> likeliest(std::span<const float> row, std::int64_t count) {
  std::vector<std::int64_t> order(row.size());
  std::iota(order.begin(), order.end(), 0);
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](std::int64_t a, std::int64_t b) {
    const float pa = row[static_cast<std::size_t>(a)], pb = row[static_cast<std::size_t>(b)];
    return pa != pb ? pa > pb : a < b;
  });
  order.resize(static_cast<std::size_t>(count));
  return order;
}

struct Table {
  const Dataset& dataset;
  const Tensor& probabilities;
  std::vector<std::string> classes;
  std::int64_t top;

  [[nodiscard]] std::string header() const {
    std::string out = dataset.node_names.empty() ? "node,class" : "node,name,class";
    if (top > 0) {
      for (std::int64_t k = 1; k <= top; ++k) {
        out += ",class_" + std::to_string(k) + ",p_" + std::to_string(k);
      }
    } else {
      for (const std::string& name : classes) {
        out += "," + csv_field("p_" + name);
      }
    }
    return out + "\n";
  }

  [[nodiscard]] std::string line(std::int64_t v) const {
    const std::span<const float> row = probabilities.row(v);
    const std::vector<std::int64_t> order = likeliest(row, std::max<std::int64_t>(top, 1));
    const auto name_of_class = [&](std::int64_t c) { return csv_field(classes[static_cast<std::size_t>(c)]); };
    std::string out = std::to_string(v);
    if (!dataset.node_names.empty()) {
      out += "," + csv_field(dataset.node_names[static_cast<std::size_t>(v)]);
    }
    out += "," + name_of_class(order.front());
    if (top > 0) {
      for (const std::int64_t c : order) {
        out += "," + name_of_class(c) + "," + probability_text(row[static_cast<std::size_t>(c)]);
      }
    } else {
      for (const float p : row) {
        out += "," + probability_text(p);
      }
    }
    return out + "\n";
  }
};

void write_csv(const Table& table, const std::filesystem::path& path) {
  constexpr std::size_t kBlockBytes = 1 << 20;
  AtomicFile file(path);
  std::string block = table.header();
  for (std::int64_t v = 0; v < table.probabilities.rows(); ++v) {
    block += table.line(v);
    if (block.size() >= kBlockBytes) {
      file.write(block);
      block.clear();
    }
  }
  file.write(block);
  file.commit();
}

void write_hdf5(const Table& table, const Predictor& predictor, const std::filesystem::path& path) {
  ModelFile file;
  file.config = {{"dataset", table.dataset.name}, {"model", predictor.model()}};
  for (std::size_t c = 0; c < table.classes.size(); ++c) {
    file.config.emplace("class_" + std::to_string(c), table.classes[c]);
  }
  std::vector<std::int64_t> best;
  for (std::int64_t v = 0; v < table.probabilities.rows(); ++v) {
    best.push_back(likeliest(table.probabilities.row(v), 1).front());
  }
  file.numbers.emplace("class", std::move(best));
  file.tensors.push_back({"probabilities", table.probabilities});
  write_model_file(file, path, "weft-predictions");
}

/// Rows and names as the nodes stood before the dataset was reordered.
void put_in_first_order(Dataset& dataset, Tensor& probabilities) {
  std::vector<std::int64_t> row_of(dataset.original_node.size());
  for (std::size_t v = 0; v < row_of.size(); ++v) {
    row_of[static_cast<std::size_t>(dataset.original_node[v])] = static_cast<std::int64_t>(v);
  }
  probabilities = select_rows(probabilities, row_of);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < dataset.node_names.size(); ++i) {
    names.push_back(dataset.node_names[static_cast<std::size_t>(row_of[i])]);
  }
  dataset.node_names = std::move(names);
}

void predict(const PredictFlags& flags, const std::filesystem::path& data) {
  const Predictor predictor = Predictor::load(flags.run);
  LoadedDataset loaded = load_dataset(data, flags);
  Dataset& dataset = loaded.dataset;
  Tensor probabilities = predictor.probabilities(dataset.graph, dataset.node_features, dataset.edge_features);
  if (!dataset.original_node.empty()) {
    put_in_first_order(dataset, probabilities);
  }
  require(flags.top <= probabilities.cols(), "--top: ", flags.top, " is more than the model's ", probabilities.cols(),
          " classes");
  // The model's names: the dataset may come without labels.
  const std::vector<std::string>& names =
      predictor.class_names().empty() ? dataset.class_names : predictor.class_names();
  const Table table{dataset, probabilities, class_names_for(probabilities.cols(), names), flags.top};
  const std::filesystem::path output = flags.output;
  writing([&] { output.extension() == ".h5" ? write_hdf5(table, predictor, output) : write_csv(table, output); });
  if (flags.json) {
    print_json(Json{{"dataset", dataset.name},
                    {"model", predictor.model()},
                    {"path", flags.output},
                    {"nodes", probabilities.rows()},
                    {"classes", table.classes}});
  }
  say(flags.quiet,
      concat("wrote ", flags.output, ": ", probabilities.rows(), " nodes, ", probabilities.cols(), " classes"));
}

}  // namespace

Work add_predict_command(CLI::App& app) {
  const auto flags = std::make_shared<PredictFlags>();
  CLI::App* command = app.add_subcommand("predict", "classes and probabilities for the nodes of a dataset");
  command->add_option("RUN", flags->run, "a run folder, or a model file")->required();
  command->add_option("DATA", flags->data, "a dataset file, or the name of one; it needs no labels")->required();
  command->add_option("-o,--output", flags->output, "the file to write, .csv or .h5")->required();
  command->add_option("--top", flags->top, "CSV: only the K likeliest classes of each node; 0: all")
      ->check(CLI::Range(0, 1 << 20));
  add_shared_flags(*command, *flags, "Example: weft predict run cora.h5 -o classes.csv");
  return [flags] {
    const std::filesystem::path data = dataset_path(flags->data);
    require_new_output(flags->output, {data, flags->run, std::filesystem::path(flags->run) / "model.h5"});
    const std::string extension = std::filesystem::path(flags->output).extension().string();
    require(extension == ".csv" || extension == ".h5", "weft predict: '", flags->output,
            "' ends neither in .csv nor in .h5, which decides what is written");
    rehearse_model(flags->run, *flags);
    rehearse_dataset(data, *flags);
    with_threads(flags->threads, [&] { predict(*flags, data); });
  };
}

}  // namespace weft::cli
