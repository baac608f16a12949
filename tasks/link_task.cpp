#include "weft/tasks/link_task.hpp"

#include "weft/tasks/link_steps.hpp"
#include "weft/tasks/inference.hpp"

namespace weft {
namespace {

const Features kNoFeatures;

LinkSplit split_of_job(const Dataset& dataset, const TrainJob& job) {
  require(job.splits.size() == 1, "train: link_prediction was asked for on ", job.splits.size(),
          " splits, expected one: each has a graph of its own");
  return link_split(dataset, job.splits[0], static_cast<std::uint64_t>(job.options.integer("split_seed")),
                    job.options.flag("bipartite"));
}

}  // namespace

LinkProblem::LinkProblem(const Dataset& data, const TrainJob& train_job)
    : Problem(data, train_job),
      links_(split_of_job(data, train_job)),
      judge_(links_, static_cast<std::uint64_t>(train_job.options.integer("split_seed"))),
      input_(links_.messages, {}, data.node_features, kNoFeatures, train_job.options),
      shape_(shape_for(input_.features(), train_job.options.integer("embedding"))),
      metric_(train_job.options.text("metric") == "auto" ? "roc_auc" : train_job.options.text("metric")) {
  require(
      !data.node_features.is_in_file(),
      "train: the features stay in their file, and link_prediction reads them all at once; expected a larger memory "
      "limit");
  // The name is checked here, and not after the first epoch.
  (void)judge_.figure(metric_, Tensor(data.graph.num_nodes(), 1), {});
}

const Split* LinkProblem::find_split(std::string_view name) const {
  return name == links_.name ? &judge_.rows() : nullptr;
}

std::unique_ptr<NodeModel> LinkProblem::new_model(const Random& random) const {
  return make_model(job().model, shape_, options(), random);
}

std::unique_ptr<Steps> LinkProblem::steps(const Split&, std::uint64_t seed) const {
  const std::string& name = options().text("sampler");
  const bool by_degree = name.ends_with("degree_negatives"), samples = name.starts_with("neighbor");
  const std::int64_t batch_size = options().integer("batch_size");
  // Streams of their own: weights and dropout have those before.
  const LinkSamplerOptions own{.batch_size = samples && batch_size == 0 ? 1024 : batch_size,
                               .negatives_per_edge = options().integer("negatives_per_edge"),
                               .degree_power = by_degree ? options().real("degree_power") : 0.0,
                               .side = links_.side,
                               .seed = Random(seed).stream(2).bits(0)};
  auto links = std::make_shared<const LinkSampler>(dataset().graph.num_nodes(), links_.train, own);
  if (samples) {
    return sampled_link_steps(std::move(links), input_, *new_model(Random(0)), options(),
                              Random(seed).stream(3).bits(0));
  }
  return whole_graph_link_steps(std::move(links), input_);
}

Tensor LinkProblem::infer(const NodeModel& model, std::span<const std::int64_t>) const {
  return infer_nodes(model, input_, options(), nullptr, {.embedding = false}).logits;
}

std::vector<std::int64_t> LinkProblem::labelled(std::span<const std::int64_t> part) const {
  return {part.begin(), part.end()};
}

double LinkProblem::figure(const Tensor& states, std::span<const std::int64_t> rows) const {
  return judge_.figure(metric_, states, rows);
}

std::map<std::string, double> LinkProblem::figures(const Tensor& states, std::span<const std::int64_t> rows) const {
  return judge_.figures(states, rows);
}

double LinkProblem::mean_loss(const Tensor& states, std::span<const std::int64_t> rows) const {
  return judge_.mean_loss(states, rows);
}

std::vector<std::uint64_t> LinkProblem::label_words() const {
  std::vector<std::uint64_t> words;
  for (const std::vector<Edge>* part : {&links_.train, &links_.val, &links_.test}) {
    for (const auto& [u, v] : *part) {
      words.push_back(std::uint64_t{u} << 32 | v);
    }
  }
  return words;
}

}  // namespace weft
