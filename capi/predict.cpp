// weft_predict: as `weft predict` does it, from the caller's arrays.
#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "weft/capi/arrays.hpp"
#include "weft/capi/calls.hpp"
#include "weft/capi/description.hpp"
#include "weft/capi/model.hpp"
#include "weft/tasks/model_input.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft::capi {
namespace {

/// Rows that are asked for, as the library takes them: each once. The caller may name one several times.
std::vector<std::int64_t> distinct(std::span<const std::int64_t> rows) {
  std::vector<std::int64_t> result(rows.begin(), rows.end());
  std::ranges::sort(result);
  const auto repeats = std::ranges::unique(result);
  result.erase(repeats.begin(), repeats.end());
  return result;
}

/// What is predicted, of arrays that were checked against the model.
class Question {
 public:
  Question(const weft_model& model, const weft_graph* graph, const weft_features* nodes, const weft_features* edges,
           bool trusted)
      : about_(model.trained.trained().description()),
        shape_(shape_given(about_)),
        graph_(graph),
        node_features_(features_of(nodes, {.name = "nodes",
                                           .rows = graph_.fields.nodes,
                                           .kind = shape_.feature_kind,
                                           .columns = shape_.num_features,
                                           .num_categories = shape_.num_categories,
                                           .finite = !trusted})),
        edge_features_(features_of(edges, {.name = "edges",
                                           .rows = graph_.fields.edges,
                                           .kind = shape_.edge_kind,
                                           .columns = shape_.num_edge_features,
                                           .num_categories = shape_.num_edge_categories,
                                           .allows_unread = true,
                                           .finite = !trusted})) {
    if (graph_.edge_weight().empty()) {
      edge_weight_ = edge_column("edge_weight", std::as_const(edge_features_), weight_column());
    } else {
      edge_weight_.assign(graph_.edge_weight().begin(), graph_.edge_weight().end());
    }
    // Molecules of one atom each have no bond, so nothing need say which columns bonds would have.
    if (graph_.fields.edges == 0 && shape_.edge_kind == FeatureKind::categorical) {
      edge_features_ = CategoricalMatrix{0, shape_.num_edge_categories, {}};
    } else if (graph_.fields.edges == 0 && shape_.edge_kind == FeatureKind::dense) {
      edge_features_ = Tensor(0, shape_.num_edge_features);
    }
  }

  [[nodiscard]] Graphs graphs() const {
    return {.graph = graph_.graph,
            .node_features = node_features_,
            .edge_features = edge_features_,
            .node_ptr = graph_.node_ptr(),
            .edge_type = graph_.edge_type(),
            .edge_time = graph_.edge_time(),
            .node_time = graph_.node_time(),
            .edge_weight = edge_weight_};
  }
  [[nodiscard]] std::int64_t num_rows() const {
    return graph_.fields.node_ptr == nullptr ? graph_.fields.nodes : graph_.fields.graphs;
  }

 private:
  /// The column of the edges' features that the model was trained with as weights, by its name, or -1.
  [[nodiscard]] std::int64_t weight_column() const {
    const std::vector<std::string>& names = about_.names.edge_features;
    const auto found = std::ranges::find(names, about_.edge_weight);
    const bool is_there = !about_.edge_weight.empty() && found != names.end() &&
                          shape_of(edge_features_).cols == static_cast<std::int64_t>(names.size());
    return is_there ? found - names.begin() : -1;
  }

  const ModelDescription& about_;
  ModelShape shape_;
  GivenGraph graph_;
  NodeFeatures node_features_;
  Features edge_features_;
  std::vector<float> edge_weight_;
};

/// Where results go; either may be null.
struct Answer {
  float* probabilities = nullptr;
  float* embedding = nullptr;
};

/// Row i of `to` is row place(i) of `from`. The caller has room for `columns`, as the model said.
template <class Place>
void copy_rows(const Tensor& from, std::int64_t columns, std::int64_t count, const Place& place, float* to) {
  if (from.cols() != columns) {
    throw std::logic_error(concat("predict: the model has made ", from.cols(), " columns, and says ", columns));
  }
  for (std::int64_t i = 0; i < count; ++i) {
    std::ranges::copy(from.row(place(i)), to + i * from.cols());
  }
}

void require_finite(const Tensor& outputs, std::span<const std::int64_t> rows) {
  const std::vector<std::int64_t> wrong = rows_not_finite(outputs, rows);
  if (!wrong.empty()) {
    throw NumericError(concat("predict: the outputs of ", wrong.size(), " of ",
                              rows.empty() ? outputs.rows() : static_cast<std::int64_t>(rows.size()),
                              " rows are not finite, the first is row ", wrong.front()));
  }
}

void predict(const weft_model& model, const Question& question, std::span<const std::int64_t> wanted,
             const Answer& answer) {
  const std::vector<std::int64_t> rows = distinct(wanted);
  const Prediction prediction =
      model.trained.predict(question.graphs(), {.rows = rows, .embedding = answer.embedding != nullptr});
  const std::int64_t count = wanted.empty() ? question.num_rows() : static_cast<std::int64_t>(wanted.size());
  const auto row = [&](std::int64_t i) { return wanted.empty() ? i : wanted[static_cast<std::size_t>(i)]; };
  if (answer.probabilities != nullptr) {
    copy_rows(prediction.probabilities, weft_model_outputs(&model), count, row, answer.probabilities);
  }
  if (answer.embedding != nullptr) {
    // Its rows are the distinct ones, in their order.
    const auto place = [&](std::int64_t i) {
      return wanted.empty() ? i : std::ranges::lower_bound(rows, row(i)) - rows.begin();
    };
    copy_rows(prediction.embedding, model.embedding, count, place, answer.embedding);
  }
  require_finite(prediction.logits, rows);
}

}  // namespace
}  // namespace weft::capi

weft_status weft_predict(const weft_model* model, const weft_graph* graph, const weft_features* nodes,
                         const weft_features* edges, const int64_t* wanted, int64_t count, float* probabilities,
                         float* embedding, const weft_call* call) {
  using namespace weft::capi;
  return status_of([&] {
    const weft_model& with = model_at(model);
    const weft_call how = call_of(call);
    run(how, [&] {
      weft::with_threads(how.threads, [&] {
        const Question question(with, graph, nodes, edges, how.trusted != 0);
        const std::span<const std::int64_t> rows = wanted_rows(wanted, count, question.num_rows());
        if (count > 0) {
          predict(with, question, rows, {probabilities, embedding});
        }
      });
    });
  });
}
