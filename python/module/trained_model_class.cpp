// TrainedModel: a model of any task, which predicts, is judged, scores pairs and generates.
#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

#include "weft/core/error.hpp"
#include "weft/python/module/arrays.hpp"
#include "weft/python/module/dataset_copy.hpp"
#include "weft/python/module/foreground.hpp"
#include "weft/python/module/parts.hpp"
#include "weft/runs/generated_graphs.hpp"
#include "weft/runs/trained_model.hpp"

namespace weft::python {
namespace {

namespace nb = nanobind;

TrainedModel load(const std::string& path) {
  std::optional<TrainedModel> model;
  in_background(1, [&](Foreground&) { model = TrainedModel::load(path); });
  return std::move(*model);
}

/// (probabilities, logits, embedding), each of the wanted rows in their order, and what was done to the data, as
/// sentences. `rows` None: all.
nb::tuple predict(const TrainedModel& model, const Dataset& dataset, std::optional<InArray<std::int64_t>> rows,
                  bool wants_embedding, int threads) {
  Prediction prediction;
  std::vector<std::string> notes;
  in_background(threads, [&](Foreground&) {
    Dataset own = copy_of(dataset);
    notes = model.match(own);
    const std::span<const std::int64_t> wanted = rows ? span_of(*rows) : std::span<const std::int64_t>();
    if (rows && wanted.empty()) {
      const std::int64_t outputs = model.shape().num_outputs;
      prediction = {.probabilities = Tensor(0, outputs), .embedding = Tensor(0, 0), .logits = Tensor(0, outputs)};
      return;
    }
    prediction = model.predict(own, {.rows = wanted, .embedding = wants_embedding});
    if (rows) {
      prediction.probabilities = select_rows(prediction.probabilities, wanted);
      prediction.logits = select_rows(prediction.logits, wanted);
    }
  });
  return nb::make_tuple(array_of(std::move(prediction.probabilities)), array_of(std::move(prediction.logits)),
                        array_of(std::move(prediction.embedding)), notes);
}

/// For each split a dict of its three parts, metric to figure.
nb::list evaluate(const TrainedModel& model, const Dataset& dataset, std::vector<std::string> splits, int threads) {
  std::vector<Evaluation> evaluations;
  in_background(threads, [&](Foreground&) {
    Dataset own = copy_of(dataset);
    (void)model.match(own);
    if (splits.empty()) {
      const std::vector<std::string> all = split_names(own, model.task());
      require(std::ranges::find(all, model.split()) != all.end(), "evaluate: ", own.name,
              " has not the split of the training, ", model.split(), "; expected split to name one");
      splits = {model.split()};
    }
    evaluations = model.evaluate(own, splits);
  });
  nb::list results;
  for (const Evaluation& evaluation : evaluations) {
    nb::dict result;
    result["split"] = evaluation.split;
    result["train"] = evaluation.train;
    result["val"] = evaluation.val;
    result["test"] = evaluation.test;
    result["not_finite"] = evaluation.num_not_finite;
    results.append(result);
  }
  return results;
}

nb::object score_pairs(const TrainedModel& model, const Dataset& dataset, const InMatrix<std::uint32_t>& pairs,
                       int threads) {
  require(pairs.shape(1) == 2, "pairs: [", pairs.shape(0), ", ", pairs.shape(1), "], expected [pairs, 2]");
  std::vector<float> scores;
  in_background(threads, [&](Foreground&) {
    Dataset own = copy_of(dataset);
    (void)model.match(own);
    std::vector<Edge> edges(pairs.shape(0));
    for (std::size_t i = 0; i < edges.size(); ++i) {
      edges[i] = {pairs.data()[2 * i], pairs.data()[2 * i + 1]};
    }
    scores = model.score_pairs(own, edges);
  });
  return array_of(std::move(scores));
}

/// (SMILES, one for each graph, or None where the graphs are no molecules; the whole graphs as a Dataset)
nb::tuple generate(const TrainedModel& model, std::int64_t count, const nb::dict& asked, int threads) {
  GenerationRequest request;
  request.seed = nb::cast<std::uint64_t>(asked["seed"]);
  request.temperature = nb::cast<double>(asked["temperature"]);
  request.is_masked = nb::cast<bool>(asked["masked"]);
  request.constraint = nb::cast<std::string>(asked["constraint"]);
  request.wishes = nb::cast<std::vector<std::pair<std::string, double>>>(asked["properties"]);
  request.guidance = nb::cast<double>(asked["guidance"]);
  request.best_of = nb::cast<std::int64_t>(asked["best_of"]);
  std::vector<std::string> smiles;
  Dataset made;
  in_background(threads, [&](Foreground&) {
    const std::vector<SampledGraph> samples = model.generate(count, request);
    smiles = smiles_of(samples, model.generator());
    made = dataset_of(samples, model.generator(), smiles);
    made.name = "generated from " + model.dataset();
  });
  return nb::make_tuple(model.generator().makes_molecules() ? nb::cast(smiles) : nb::none(), std::move(made));
}

nb::dict describe(const TrainedModel& model) {
  nb::dict about;
  about["what"] = model.what();
  about["task"] = std::string(model.task().name());
  about["model"] = model.model();
  about["dataset"] = model.dataset();
  about["metric"] = model.metric();
  about["split"] = model.split();
  about["outputs"] = std::string(name_of(model.outputs()));
  about["num_outputs"] = model.shape().num_outputs;
  about["class_names"] = model.class_names();
  about["target_names"] = model.names().targets;
  about["options"] = model.options().values();
  return about;
}

}  // namespace

void add_trained_model(nb::module_& module) {
  nb::class_<TrainedModel>(module, "TrainedModel")
      .def_static("load", load)
      .def("predict", predict, nb::arg("dataset"), nb::arg("rows").none(), nb::arg("embedding"), nb::arg("threads"))
      .def("evaluate", evaluate)
      .def("score_pairs", score_pairs)
      .def("generate", generate)
      .def("describe", describe);
}

}  // namespace weft::python
