#include "weft/layers/global_attention.hpp"

#include <algorithm>

#include "weft/core/named_rows.hpp"
#include "weft/layers/attention_mechanisms.hpp"

namespace weft {
namespace {

using attention::MechanismRow;

const std::vector<MechanismRow>& table() {
  static const std::vector<MechanismRow> kRows = [] {
    std::vector<MechanismRow> rows;
    for (auto family : {attention::kernel_mechanisms, attention::random_feature_mechanisms,
                        attention::low_rank_mechanisms, attention::codebook_mechanisms, attention::block_mechanisms,
                        attention::pattern_mechanisms, attention::scan_mechanisms}) {
      for (MechanismRow& row : family()) {
        rows.push_back(std::move(row));
      }
    }
    return rows;
  }();
  return kRows;
}

}  // namespace

std::span<const AttentionInfo> global_attentions() {
  static const std::vector<AttentionInfo> kInfos = infos_of(table());
  return kInfos;
}

std::vector<Option> global_attention_options() {
  std::vector<Option> options;
  for (const AttentionInfo& info : global_attentions()) {
    for (const Option& option : info.options) {
      if (std::ranges::find(options, option.name, &Option::name) == options.end()) {
        options.push_back(option);
      }
    }
  }
  return options;
}

std::unique_ptr<GlobalAttention> make_global_attention(std::string_view kind, const Options& options,
                                                       std::int64_t layer, const Random& random) {
  const MechanismRow& row = row_named(table(), "attention", kind);
  const std::int64_t d = options.integer("hidden"), heads = options.integer("heads");
  require(heads >= 1 && d >= 1 && d % heads == 0, "attention ", kind, ": hidden ", d, " cannot be cut into ", heads,
          " heads");
  require(layer >= 0, "attention ", kind, ": the block is number ", layer, ", expected 0 or more");
  return row.make(options, layer, random);
}

}  // namespace weft
