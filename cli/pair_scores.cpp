#include "weft/cli/pair_scores.hpp"

#include <cmath>
#include <string>

#include "weft/cli/csv_text.hpp"
#include "weft/cli/text_output.hpp"

namespace weft::cli {

void write_pair_scores(const std::filesystem::path& path, const Dataset& dataset, std::span<const Edge> pairs,
                       std::span<const float> scores) {
  constexpr std::size_t kBlockBytes = 1 << 20;
  const bool has_names = !dataset.node_names.empty();
  const auto number = [&](NodeId v) {
    return std::to_string(dataset.original_node.empty() ? std::int64_t{v} : dataset.original_node[v]);
  };
  TextOutput file(path);
  std::string block = has_names ? "source,destination,source_name,destination_name,score,p_link\n"
                                : "source,destination,score,p_link\n";
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto [u, v] = pairs[i];
    block.append(number(u)).append(1, ',').append(number(v));
    if (has_names) {
      block.append(1, ',').append(csv_field(dataset.node_names[u]));
      block.append(1, ',').append(csv_field(dataset.node_names[v]));
    }
    block.append(1, ',').append(number_text(scores[i]));
    block.append(1, ',').append(number_text(1.0F / (1.0F + std::exp(-scores[i])))).append(1, '\n');
    if (block.size() >= kBlockBytes) {
      file.write(block);
      block.clear();
    }
  }
  file.write(block);
  file.commit();
}

}  // namespace weft::cli
