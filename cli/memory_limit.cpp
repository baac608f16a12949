#include "weft/cli/memory_limit.hpp"

#include "weft/cli/console.hpp"
#include "weft/cli/isolation.hpp"
#include "weft/core/error.hpp"

namespace weft::cli {

DatasetSize size_of(const std::filesystem::path& data, const SharedFlags& flags) {
  if (!flags.trust) {
    rehearse(data, [&] { (void)read_dataset_size(data); });
  }
  return read_dataset_size(data);
}

void say_plan(const MemoryPlan& plan, std::int64_t limit, bool quiet) {
  std::string text = concat("memory limit ", bytes_text(limit), ": ");
  if (plan.read.leaves_edges) {
    text += concat("the edges stay in the file, ", bytes_text(plan.read.mapped_bytes), " of it in memory; ");
  }
  text += plan.read.leaves_features ? concat("the features stay in the file, ", plan.read.kept_rows, " rows in memory")
                                    : std::string("the features are read into memory");
  if (plan.inference_rows > 0) {
    text += concat("; evaluation by ", plan.inference_rows, " nodes a layer");
  }
  say(quiet, text);
}

ReadOptions fit_prediction(const std::string& limit, const std::filesystem::path& data, const SharedFlags& flags,
                           Predictor& predictor) {
  if (limit.empty()) {
    return {};
  }
  require(!predictor.judges_graphs(), "--memory-limit: the model judges whole graphs, expected a model of nodes");
  const MemoryPlan plan =
      plan_inference_memory(size_of(data, flags), predictor.options(), predictor.reads_by_layers(), bytes_of(limit));
  if (plan.inference_rows > 0) {
    predictor.set_inference_rows(plan.inference_rows);
  }
  say_plan(plan, bytes_of(limit), flags.quiet);
  return plan.read;
}

}  // namespace weft::cli
