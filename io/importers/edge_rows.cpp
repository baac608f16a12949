#include "weft/io/importers/edge_rows.hpp"

#include <algorithm>
#include <tuple>
#include <type_traits>

namespace weft {

std::vector<std::int64_t> places_of_edges(std::span<const Edge> edges, bool symmetrize) {
  struct Entry {
    NodeId destination, source;
    bool reversed;
    std::int64_t place;
    [[nodiscard]] auto key() const { return std::tuple(destination, source, reversed, place); }
  };
  std::vector<Entry> entries;
  entries.reserve(edges.size() * (symmetrize ? 2 : 1));
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const auto place = static_cast<std::int64_t>(i);
    entries.push_back({edges[i].destination, edges[i].source, false, place});
    if (symmetrize) {
      entries.push_back({edges[i].source, edges[i].destination, true, place});
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.key() < b.key(); });
  std::vector<std::int64_t> places;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i == 0 || entries[i].destination != entries[i - 1].destination || entries[i].source != entries[i - 1].source) {
      places.push_back(entries[i].place);
    }
  }
  return places;
}

Features select_rows(const Features& features, std::span<const std::int64_t> places) {
  return std::visit(
      [&](const auto& values) -> Features {
        using T = std::decay_t<decltype(values)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return {};
        } else if constexpr (std::is_same_v<T, CategoricalMatrix>) {
          const auto cols = static_cast<std::size_t>(values.cols());
          CategoricalMatrix result{.rows = static_cast<std::int64_t>(places.size()),
                                   .num_categories = values.num_categories,
                                   .values = Buffer<std::int32_t>(places.size() * cols)};
          for (std::size_t i = 0; i < places.size(); ++i) {
            std::copy_n(values.values.data() + static_cast<std::size_t>(places[i]) * cols, cols,
                        result.values.data() + i * cols);
          }
          return result;
        } else {
          return select_rows(values, places);
        }
      },
      features);
}

}  // namespace weft
