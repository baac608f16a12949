#include "weft/tasks/link_task.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>

#include "weft/layers/kernels/link_scores.hpp"
#include "weft/layers/weight_memory.hpp"
#include "weft/samplers/link_neighbor_sampler.hpp"
#include "weft/samplers/link_sampler.hpp"
#include "weft/tasks/inference.hpp"
#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/losses.hpp"

namespace weft {
namespace {

std::uint64_t split_seed_of(const Options& options) {
  return static_cast<std::uint64_t>(options.integer("split_seed"));
}

std::vector<std::int64_t> all_rows(std::int64_t count) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  return rows;
}

/// The pairs by the rows that their ends have among the outputs of a batch.
std::vector<Edge> in_rows(std::span<const Edge> pairs, const Batch& batch) {
  const auto row_of = [&](NodeId v) {
    const auto found = std::ranges::lower_bound(batch.seeds, std::int64_t{v});
    return static_cast<NodeId>(batch.seed_rows[static_cast<std::size_t>(found - batch.seeds.begin())]);
  };
  std::vector<Edge> rows;
  for (const auto& [u, v] : pairs) {
    rows.push_back({row_of(u), row_of(v)});
  }
  return rows;
}

/// The names of metrics of links that need to know the users, or of those that do not, in the order of the table.
std::string names_of_metrics(bool need_users, std::string_view between) {
  std::string names;
  for (const Metric& metric : metrics()) {
    if (metric.is_for(OutputKind::states) && metric.needs_users == need_users) {
      names += (names.empty() ? "" : std::string(between)) + std::string(metric.info.name);
    }
  }
  return names;
}

/// Whether nodes are of two types, and each edge joins one of each.
bool joins_two_types(const Dataset& dataset) {
  const std::span<const std::int32_t> types = dataset.node_type;
  if (types.empty() || dataset.graph.is_in_file() || std::ranges::any_of(types, [](std::int32_t t) { return t > 1; })) {
    return false;
  }
  for (std::int64_t v = 0; v < dataset.graph.num_nodes(); ++v) {
    for (const NodeId u : dataset.graph.sources_of(static_cast<NodeId>(v))) {
      if (types[u] == types[static_cast<std::size_t>(v)]) {
        return false;
      }
    }
  }
  return dataset.graph.num_edges() > 0;
}

std::string metric_of_job(const Options& options) {
  const std::string& wanted = options.text("metric") == "auto" ? std::string("roc_auc") : options.text("metric");
  const std::span<const Metric> all = metrics();
  const auto found = std::ranges::find(all, wanted, [](const Metric& metric) { return metric.info.name; });
  require(found != all.end() && found->is_for(OutputKind::states) && (!found->needs_users || wants_sides(options)),
          "metric '", wanted, "' is not one of link_prediction: expected ", names_of_metrics(false, ", "),
          ", or with users ", names_of_metrics(true, " or "));
  return wanted;
}

}  // namespace

std::vector<float> weights_in(const Dataset& dataset, const CsrGraph& graph) {
  const std::vector<float> all = edge_column("weight_column", dataset.edge_features, dataset.weight_column);
  std::vector<float> weights(all.empty() ? 0 : static_cast<std::size_t>(graph.num_edges()), 1.0F);
  const auto weight_of = [&](NodeId from, NodeId to) -> std::optional<float> {
    const auto row = dataset.graph.sources_of(to);
    const auto found = std::ranges::equal_range(row, from);
    const EdgeId first = dataset.graph.offsets()[to] + (found.begin() - row.begin());
    const auto of_edges = std::span(all).subspan(static_cast<std::size_t>(first), found.size());
    return found.empty() ? std::nullopt : std::optional(std::accumulate(of_edges.begin(), of_edges.end(), 0.0F));
  };
  for (std::int64_t v = 0; v < graph.num_nodes() && !all.empty(); ++v) {
    const auto to = static_cast<NodeId>(v);
    EdgeId e = graph.offsets()[to];
    for (const NodeId from : graph.sources_of(to)) {
      const std::optional<float> there = weight_of(from, to);
      weights[static_cast<std::size_t>(e++)] = there ? *there : weight_of(to, from).value_or(1.0F);
    }
  }
  return weights;
}

LinkTask::Part::Part(const Dataset& dataset, const TrainJob& job, const std::string& split)
    : links(link_split(dataset, split, job.options)),
      judge(links, split_seed_of(job.options)),
      edge_weights(weights_in(dataset, links.messages)),
      input(links.messages, {}, dataset.node_features, kNoFeatures, job.options, edge_weights) {}

LinkTask::LinkTask(const Dataset& data, const TrainJob& train_job)
    : RowTask(data, train_job), metric_(metric_of_job(train_job.options)) {
  require(
      !data.node_features.is_in_file(),
      "train: the features stay in their file, and link_prediction reads them all at once; expected a larger memory "
      "limit");
  require(!train_job.splits.empty(), "train: there are 0 splits, expected at least one");
  for (const std::string& split : train_job.splits) {
    parts_.push_back(std::make_unique<const Part>(data, train_job, split));
    require(parts_.back()->links.knows_users || !metric_named(metric_).needs_users, "metric ", metric_,
            ": what is shown to users is judged, and which nodes are users is not known; expected users=FIRST-LAST, or "
            "users=type:N, or nodes of two types");
  }
  shape_ = shape_for(parts_.front()->input.features(), train_job.options.integer("embedding"));
  scaling_ = input_scaling(parts_.front()->input, options(), all_rows(data.graph.num_nodes()));
}

const LinkTask::Part* LinkTask::find_part(std::string_view name) const {
  const auto found =
      std::ranges::find(parts_, name, [](const auto& part) { return std::string_view(part->links.name); });
  return found == parts_.end() ? nullptr : found->get();
}

const Split* LinkTask::find_split(std::string_view name) const {
  const Part* part = find_part(name);
  return part == nullptr ? nullptr : &part->judge.rows();
}

const LinkTask::Part& LinkTask::part_of(const Split& split) const {
  const Part* part = find_part(split.name);
  require(part != nullptr, "train: the job has no split '", split.name, "'");
  return *part;
}

std::unique_ptr<Model> LinkTask::new_model(const Split&, const Random& random) const {
  require_memory_for(job().model, shape_, options(), false, WeightCopies::training);
  return with_scaling(make_model(job().model, shape_, options(), random), parts_.front()->input, scaling_,
                      all_rows(dataset().graph.num_nodes()));
}

std::unique_ptr<Epochs> LinkTask::epochs(const Model&, const Split& split, std::uint64_t seed) const {
  const Part& part = part_of(split);
  const std::string& name = options().text("sampler");
  const bool by_degree = name.ends_with("degree_negatives"), by_samples = name.starts_with("neighbor");
  const std::int64_t batch_size = options().integer("batch_size");
  // Streams of their own: weights and dropout have those before.
  const LinkSamplerOptions own{.batch_size = by_samples && batch_size == 0 ? 1024 : batch_size,
                               .negatives_per_edge = options().integer("negatives_per_edge"),
                               .degree_power = by_degree ? options().real("degree_power") : 0.0,
                               .side = part.links.side,
                               .seed = Random(seed).stream(2).bits(0)};
  const auto links = std::make_shared<const LinkSampler>(dataset().graph.num_nodes(), part.links.train, own);
  if (!by_samples) {
    return std::make_unique<BatchEpochs>(
        whole_graph(part.input, links->num_batches()),
        [links](const Variable& states, const Batch&, std::int64_t epoch, std::int64_t index) {
          const LinkSample sample = links->sample(epoch, index);
          return link_loss(states, sample.pairs, sample.num_links);
        });
  }
  const SamplerInfo& info = sampler_info("neighbor");
  const ModelTraits model = traits_of(job().model, options(), FeatureKind::none);
  require_readable(info, model, part.input);
  const CsrGraph& graph = part.input.block().graph();
  auto origin = std::make_shared<const Origin>(graph, part.input.block().weights());
  auto sampler = std::make_unique<LinkNeighborSampler>(
      links, graph,
      NeighborSamplerOptions{.fanouts = fanouts(options(), "15,10,5", model.num_hop_layers),
                             .replace = options().flag("replace"),
                             .keep_edges = origin->reads_edges(),
                             .seed = Random(seed).stream(3).bits(0)});
  // The sampler draws the pairs for their ends, and the step draws the same ones again to score them: that takes next
  // to nothing beside their neighbors, and a batch need not know of links.
  return std::make_unique<BatchEpochs>(
      samples(std::move(sampler), info, std::move(origin), part.input),
      [links](const Variable& states, const Batch& batch, std::int64_t epoch, std::int64_t index) {
        const LinkSample sample = links->sample(epoch, index);
        return link_loss(states, in_rows(sample.pairs, batch), sample.num_links);
      });
}

Tensor LinkTask::infer(const Model& model, const Split& split, std::span<const std::int64_t>) const {
  return infer_nodes(weft::node_model(model), part_of(split).input, options(), nullptr, {.embedding = false}).logits;
}

double LinkTask::figure(const Split& split, const Tensor& states, std::span<const std::int64_t> rows) const {
  return part_of(split).judge.figure(metric_named(metric_), states, rows);
}

std::map<std::string, double> LinkTask::figures(const Split& split, const Tensor& states,
                                                std::span<const std::int64_t> rows) const {
  return part_of(split).judge.figures(states, rows);
}

double LinkTask::mean_loss(const Split& split, const Tensor& states, std::span<const std::int64_t> rows) const {
  return part_of(split).judge.mean_loss(states, rows);
}

std::vector<std::string> LinkTask::notes() const {
  std::vector<std::string> notes = RowTask::notes();
  const LinkSplit& links = parts_.front()->links;
  if (links.side.empty()) {
    if (joins_two_types(dataset())) {
      notes.emplace_back(
          "every link joins nodes of two types, but pairs set against them are of any nodes: bipartite=true draws them "
          "as "
          "links are, and judges what is shown to users (recall@20)");
    }
    return notes;
  }
  const auto users = std::ranges::count(links.side, std::uint8_t{0});
  const auto others = static_cast<std::int64_t>(links.side.size()) - users;
  notes.push_back(links.knows_users
                      ? concat("users: ", users, " of the nodes, to whom the ", others, " others are shown")
                      : concat("the links join two sides, of ", users, " and ", others,
                               " nodes, and which of them are users is not known: there is no recall@20; expected "
                               "users=FIRST-LAST or users=type:N"));
  return notes;
}

std::vector<std::uint64_t> LinkTask::label_words() const {
  std::vector<std::uint64_t> words;
  for (const auto& part : parts_) {
    for (const std::vector<Edge>* links : {&part->links.train, &part->links.val, &part->links.test}) {
      for (const auto& [u, v] : *links) {
        words.push_back(std::uint64_t{u} << 32 | v);
      }
    }
  }
  return words;
}

std::vector<Evaluation> TrainedLinks::evaluate(const Dataset& dataset, std::span<const std::string> splits) const {
  const Options& options = description().options;
  std::vector<Evaluation> evaluations;
  for (const std::string& name : splits) {
    const LinkSplit links = link_split(dataset, name, options);
    const LinkJudge judge(links, split_seed_of(options));
    const std::vector<float> weights = weights_in(dataset, links.messages);
    const Graphs graphs{.graph = links.messages,
                        .node_features = dataset.node_features,
                        .edge_features = kNoFeatures,
                        .edge_weight = weights};
    const Tensor states = predict(graphs, {.embedding = false}).logits;
    const auto figures = [&](const std::vector<std::int64_t>& part) { return judge.figures(states, part); };
    const Split& rows = judge.rows();
    evaluations.push_back({.split = name,
                           .train = figures(rows.train),
                           .val = figures(rows.val),
                           .test = figures(rows.test),
                           .num_not_finite = static_cast<std::int64_t>(rows_not_finite(states).size())});
  }
  return evaluations;
}

std::vector<float> TrainedLinks::score_pairs(const Dataset& dataset, std::span<const Edge> pairs) const {
  OwnOfGraphs own;
  return link_scores(predict(graphs_of(dataset, description().shape, own), {.embedding = false}).logits, pairs);
}

Variable link_loss(const Variable& states, std::span<const Edge> pairs, std::int64_t num_links) {
  const Variable scores = link_scores(states, pairs);
  Tensor targets(scores.rows(), 1);
  std::fill_n(targets.data(), num_links, 1.0F);
  std::vector<std::int64_t> all(pairs.size());
  std::iota(all.begin(), all.end(), 0);
  const auto links = std::span<const std::int64_t>(all).first(static_cast<std::size_t>(num_links));
  const auto others = std::span<const std::int64_t>(all).subspan(links.size());
  const Variable of_links = binary_cross_entropy(scores, targets, links);
  return others.empty() ? of_links : scale(of_links + binary_cross_entropy(scores, targets, others), 0.5F);
}

std::span<const Option> link_options() {
  static const std::vector<Option> kOptions = [] {
    Option sampler{"sampler", std::string("uniform_negatives"),
                   "what a step reads, and what it sets against its links: pairs drawn uniformly, or that keep an end "
                   "of a link and draw the other by its degree"};
    for (const SamplerInfo& info : link_samplers()) {
      sampler.choices.push_back(info.name);
    }
    return std::vector<Option>{
        sampler,
        {"batch_size", std::int64_t{0}, "links of a step; 0: all of them, with samples of neighbors 1024", 0, 1e9},
        {"negatives_per_edge", std::int64_t{1}, "pairs that are none for each link of a step", 1, 1e4},
        {"degree_power", 0.75, "sampler degree_negatives: a node is drawn by its degree to this power", 0.01, 10.0},
        {"embedding", std::int64_t{64}, "width of the states whose products score links", 1, 65536},
        {"node_table", true,
         "data without features: a learned row for each node; false, or with an encoding: its degree"},
        {"bipartite", false,
         "nodes are of two sides, as users and items are, and every link joins one of each; so do the pairs set "
         "against "
         "them"},
        {"users", std::string(),
         "with links between users and items: which nodes the users are, as 0-29857, or type:1 by /node/type; empty: "
         "those of the smaller of two types, if nodes have types"},
        {"split_seed", std::int64_t{0},
         "decides the links of each part, as far as the data leave them open, and the "
         "pairs that figures set against them; the same in every run",
         0, 9e18},
    };
  }();
  return kOptions;
}

OptionDefaults link_defaults(std::string_view) {
  return {{"dropout", 0.0}, {"input_dropout", 0.0}, {"attention_dropout", 0.0}, {"weight_decay", 0.0}};
}

std::vector<TaskRow> link_tasks() {
  const std::span<const Option> options = link_options();
  return {{{.kind = TaskKind::link_prediction,
            .summary = "which nodes of one graph are joined",
            .rows = Rows::links,
            .options = {options.begin(), options.end()},
            .defaults = link_defaults,
            .can_be_asked_for = true,
            .splits = link_split_names},
           make_task_of<LinkTask>,
           open_task_of<TrainedLinks>}};
}

}  // namespace weft
