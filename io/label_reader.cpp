#include "weft/io/label_reader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/io/dataset_checks.hpp"

namespace weft {
namespace {

using hdf5::ArrayInfo;
using hdf5::InputFile;
using hdf5::Kind;
using hdf5::Missing;

constexpr std::int64_t kInt64Min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

class Reader {
 public:
  Reader(const InputFile& file, const std::string& object, TaskKind task, std::optional<std::int64_t> declared)
      : file_(file),
        object_(object),
        info_(file.array(object)),
        classifies_(is_classification(task)),
        regresses_(is_regression(task)),
        declared_(declared) {}

  FoundLabels read() {
    switch (info_.kind) {
      case Kind::text:
        read_words();
        break;
      case Kind::integer:
        read_integers();
        break;
      case Kind::real:
        read_reals();
        break;
    }
    return std::move(found_);
  }

 private:
  std::int64_t rows() const { return info_.shape[0]; }
  std::int64_t cols() const { return info_.shape.size() == 2 ? info_.shape[1] : 1; }

  void read_words() {
    if (info_.shape.size() != 1 || regresses_) {
      file_.fail(object_, "holds strings, expected ", regresses_ ? "numbers" : "one for each row");
    }
    const std::vector<std::string> words = file_.read_texts(object_);
    std::map<std::string, std::int64_t> class_of;
    const auto is_none = [](const std::string& word) { return word.empty() || word == "nan" || word == "NaN"; };
    for (const std::string& word : words) {
      if (!is_none(word)) {
        class_of.emplace(word, 0);
      }
    }
    for (auto& [word, number] : class_of) {
      number = static_cast<std::int64_t>(found_.class_names.size());
      found_.class_names.push_back(word);
    }
    std::vector<std::int64_t> classes;
    for (const std::string& word : words) {
      classes.push_back(is_none(word) ? -1 : class_of.at(word));
    }
    found_.labels = std::move(classes);
    found_.assumed.push_back(concat(object_, " holds strings, which are ", found_.class_names.size(), " classes"));
  }

  void read_integers() {
    std::vector<std::int64_t> values(static_cast<std::size_t>(rows() * cols()));
    file_.read_integers<std::int64_t>(object_, values, kInt64Min, kInt64Max);
    if (cols() == 1 && !regresses_) {
      found_.labels = std::move(values);
      return;
    }
    Tensor targets(rows(), cols());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_none = values[i] == -1 && !regresses_;
      targets.data()[i] = is_none ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(values[i]);
    }
    if (regresses_) {
      found_.assumed.push_back(concat(object_, " holds integers, which are the numbers to predict"));
    }
    use(std::move(targets));
  }

  void read_reals() {
    Tensor targets = Tensor::uninitialized(rows(), cols());
    file_.read_reals<float>(object_, targets.values(), Missing::as_nan);
    const bool is_row = info_.shape.size() == 1;
    const bool is_binary = std::ranges::all_of(
        targets.values(), [](float value) { return std::isnan(value) || value == 0.0F || value == 1.0F; });
    if (classifies_ && cols() == 1 && (is_row || !is_binary)) {
      read_whole_numbers(targets);
      return;
    }
    use(std::move(targets));
  }

  void read_whole_numbers(const Tensor& values) {
    std::vector<std::int64_t> classes;
    for (std::int64_t i = 0; i < rows(); ++i) {
      const float value = values(i, 0);
      if (!std::isnan(value) && (value != std::floor(value) || std::abs(value) > 1e7F)) {
        file_.fail(object_, "value ", value, " at ", i,
                   ", expected whole numbers, classes, or NaN where there is none");
      }
      classes.push_back(std::isnan(value) ? -1 : static_cast<std::int64_t>(value));
    }
    found_.labels = std::move(classes);
    found_.assumed.push_back(concat(object_, " holds whole reals, which are classes"));
  }

  void use(Tensor targets) {
    const bool fits = targets.cols() > 1 && (!declared_ || *declared_ == targets.cols());
    if (!classifies_ || !fits || !set_hot_classes(targets)) {
      found_.labels = std::move(targets);
    }
  }

  /// False unless every row has a single 1 and zeros, or nothing.
  bool set_hot_classes(const Tensor& targets) {
    std::vector<std::int64_t> classes;
    for (std::int64_t i = 0; i < rows(); ++i) {
      std::int64_t hot = -1, missing = 0;
      for (std::int64_t j = 0; j < cols(); ++j) {
        const float value = targets(i, j);
        missing += std::isnan(value) ? 1 : 0;
        if (!std::isnan(value) && value != 0.0F && (value != 1.0F || hot >= 0)) {
          return false;
        }
        hot = value == 1.0F ? j : hot;
      }
      if (missing != (hot < 0 ? cols() : 0)) {
        return false;
      }
      classes.push_back(hot);
    }
    found_.assumed.push_back(concat("every row of ", object_, " has one 1, which is its class of ", cols()));
    found_.labels = std::move(classes);
    return true;
  }

  const InputFile& file_;
  const std::string& object_;
  ArrayInfo info_;
  bool classifies_, regresses_;
  std::optional<std::int64_t> declared_;
  FoundLabels found_;
};

}  // namespace

FoundLabels read_labels(const hdf5::InputFile& file, const std::string& object, TaskKind task,
                        std::optional<std::int64_t> declared_classes) {
  return file.has(object) ? Reader(file, object, task, declared_classes).read() : FoundLabels();
}

TaskKind task_of_labels(const hdf5::InputFile& file) {
  const bool of_graphs = file.has("/graphs/node_ptr");
  const std::string object = of_graphs ? "/graphs/y" : "/node/y";
  const std::string prefix = of_graphs ? "graph" : "node";
  const bool has_labels = file.has(object);
  if (!has_labels || file.array(object).kind == Kind::real) {
    file.fail("/", "attribute task is missing, and ",
              has_labels ? concat(object, " holds reals, which may be classes or numbers to predict")
                         : concat("there is no ", object),
              ", expected ", prefix, "_classification", has_labels ? " or " : ", ", prefix, "_regression",
              has_labels ? "" : ", link_prediction or generation");
  }
  return of_graphs ? TaskKind::graph_classification : TaskKind::node_classification;
}

}  // namespace weft
