#include "weft/cli/pair_scores.hpp"

#include <cmath>
#include <string>

#include "weft/cli/csv_text.hpp"
#include "weft/cli/text_output.hpp"

namespace weft::cli {

std::string pair_header(const Dataset& dataset) {
  return dataset.node_names.empty() ? "source,destination,score,p_link\n"
                                    : "source,destination,source_name,destination_name,score,p_link\n";
}

float probability_of_link(float score) {
  return 1.0F / (1.0F + std::exp(-score));
}

std::string pair_line(const Dataset& dataset, const Edge& pair, float score) {
  const auto number = [&](NodeId v) {
    return std::to_string(dataset.original_node.empty() ? std::int64_t{v} : dataset.original_node[v]);
  };
  const auto [u, v] = pair;
  std::string line;
  line.append(number(u)).append(1, ',').append(number(v));
  if (!dataset.node_names.empty()) {
    line.append(1, ',').append(csv_field(dataset.node_names[u]));
    line.append(1, ',').append(csv_field(dataset.node_names[v]));
  }
  line.append(1, ',').append(number_text(score));
  return line.append(1, ',').append(number_text(probability_of_link(score))).append(1, '\n');
}

void write_pair_scores(const std::filesystem::path& path, const Dataset& dataset, std::span<const Edge> pairs,
                       std::span<const float> scores) {
  constexpr std::size_t kBlockBytes = 1 << 20;
  TextOutput file(path);
  std::string block = pair_header(dataset);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    block += pair_line(dataset, pairs[i], scores[i]);
    if (block.size() >= kBlockBytes) {
      file.write(block);
      block.clear();
    }
  }
  file.write(block);
  file.commit();
}

}  // namespace weft::cli
