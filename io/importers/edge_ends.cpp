#include "weft/io/importers/edge_ends.hpp"

#include <algorithm>
#include <optional>

#include "weft/core/error.hpp"
#include "weft/core/options.hpp"
#include "weft/io/importers/like_columns.hpp"

namespace weft {
namespace {

constexpr std::array<const char*, 2> kRoles = {"source", "target"};

std::string plain(std::string_view text) {
  std::string word;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      word.push_back(static_cast<char>(c - 'A' + 'a'));
    } else if (c != '_' && c != '-' && c != ' ' && c != ':' && c != '.') {
      word.push_back(c);
    }
  }
  return word;
}

/// A column customer, customers, customer_id or customerId calls nodes of a type customer or customers.
bool calls(std::string_view column, std::string_view type) {
  const auto stem = [](std::string word) {
    if (word.size() > 2 && word.ends_with("id")) {
      word.resize(word.size() - 2);
    }
    if (word.size() > 1 && word.ends_with('s')) {
      word.pop_back();
    }
    return word;
  };
  const std::string word = stem(plain(column));
  return !word.empty() && (word == stem(plain(type)) || plain(column) == plain(type));
}

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    list += concat(list.empty() ? "" : ", ", name);
  }
  return list;
}

class EndFinder {
 public:
  EndFinder(const TypedEdges& edges, const std::vector<std::string>& types, const std::filesystem::path& description)
      : edges_(edges),
        types_(types),
        description_(description),
        header_(first_row_of(edges.options.edges, edges.options.cells)) {
    ends_.column = {edges.options.source_column, edges.options.target_column};
  }

  EdgeEnds find() {
    for (std::size_t end = 0; end < 2; ++end) {
      const std::string& name = end == 0 ? edges_.source_type : edges_.target_type;
      if (!name.empty()) {
        type_[end] = type_named(name, kRoles[end]);
      } else if (types_.size() == 1) {
        type_[end] = 0;
      } else if (!ends_.column[end].empty()) {
        type_[end] = type_called(ends_.column[end]);
        is_guessed_ = is_guessed_ || type_[end];
      }
    }
    for (std::size_t end = 0; end < 2; ++end) {
      if (type_[end] && ends_.column[end].empty()) {
        find_column(end);
      }
    }
    for (std::size_t end = 0; end < 2; ++end) {
      if (!type_[end] && ends_.column[end].empty()) {
        find_both(end);
      }
      if (!type_[end]) {
        throw DataError(description_.string(), concat("edges.", edges_.name, ".", kRoles[end], "_type"),
                        concat("is missing, and the header of ", edges_.options.edges.filename().string(),
                               " calls no column by a type that tells it; expected one of ", listed(types_)));
      }
      ends_.type[end] = *type_[end];
    }
    if (is_guessed_) {
      ends_.assumed =
          concat("edges '", edges_.name, "' join ", types_[ends_.type[0]], " to ", types_[ends_.type[1]],
                 ", as columns '", ends_.column[0], "' and '", ends_.column[1], "' say (source_type, target_type)");
    }
    return ends_;
  }

 private:
  std::size_t type_named(const std::string& name, const char* role) const {
    const auto found = std::ranges::find(types_, name);
    if (found == types_.end()) {
      const std::string nearest = nearest_name(name, types_);
      throw DataError(description_.string(), concat("edges.", edges_.name, ".", role, "_type"),
                      concat("is '", name, "'", nearest.empty() ? "" : concat("; did you mean '", nearest, "'?"),
                             ", expected one of ", listed(types_)));
    }
    return static_cast<std::size_t>(found - types_.begin());
  }

  [[nodiscard]] std::optional<std::size_t> type_called(const std::string& column) const {
    const auto found = std::ranges::find_if(types_, [&](const std::string& type) { return calls(column, type); });
    return found == types_.end() ? std::nullopt : std::optional<std::size_t>(found - types_.begin());
  }

  [[nodiscard]] bool is_free(const std::string& column) const {
    return column != ends_.column[0] && column != ends_.column[1];
  }

  /// Whether the header has a usual word for the end, as source is one; user and item are, but may be types.
  [[nodiscard]] bool has_word_for(std::size_t end) const {
    return std::ranges::any_of(header_, [&](const std::string& column) {
      return is_usual_column(kRoles[end], column) && !type_called(column);
    });
  }

  /// The column that is called like the type of the end, unless usual words call the ends.
  void find_column(std::size_t end) {
    if (has_word_for(end)) {
      return;
    }
    for (const std::string& column : header_) {
      if (is_free(column) && calls(column, types_[*type_[end]])) {
        ends_.column[end] = column;
        return;
      }
    }
  }

  /// The first column that is called like a type.
  void find_both(std::size_t end) {
    if (has_word_for(end)) {
      return;
    }
    for (const std::string& column : header_) {
      if (const std::optional<std::size_t> type = type_called(column); type && is_free(column)) {
        type_[end] = type;
        ends_.column[end] = column;
        is_guessed_ = true;
        return;
      }
    }
  }

  const TypedEdges& edges_;
  const std::vector<std::string>& types_;
  const std::filesystem::path& description_;
  std::vector<std::string> header_;
  EdgeEnds ends_;
  std::array<std::optional<std::size_t>, 2> type_;
  bool is_guessed_ = false;
};

}  // namespace

EdgeEnds edge_ends_of(const TypedEdges& edges, const std::vector<std::string>& types,
                      const std::filesystem::path& description) {
  return EndFinder(edges, types, description).find();
}

}  // namespace weft
