#include "weft/io/importers/smiles_columns.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "weft/core/options.hpp"
#include "weft/io/importers/delimited_text.hpp"

namespace weft {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

/// Whether a header calls a column the name of a row.
bool names_an_id(std::string_view word) {
  const std::string name = lowered(word);
  return name == "id" || name == "name" || name == "code" || name == "key" || name.ends_with("_id") ||
         name.ends_with(" id") || word.ends_with("ID") || name.ends_with("_name");
}

class ColumnFinder {
 public:
  ColumnFinder(const SmilesOptions& options, const FirstRow& first) : options_(options), first_(first) {}

  SmilesColumns find() {
    std::vector<std::optional<std::size_t>> targets;
    // A word of the first row makes it a header, so words are looked for before numbers.
    const std::optional<std::size_t> smiles = word(options_.smiles), id = word(options_.id),
                                     split = word(options_.split);
    for (const std::string& target : options_.targets) {
      targets.push_back(word(target));
    }
    find_smiles(smiles);
    if (!options_.id.empty()) {
      columns_.id = id ? *id : number(options_.id);
    } else if (const std::optional<std::size_t> likely = word(options_.likely_id); likely) {
      columns_.id = likely;
    }
    columns_.split = options_.split.empty() ? std::nullopt : std::optional(split ? *split : number(options_.split));
    for (std::size_t t = 0; t < targets.size(); ++t) {
      const std::size_t column = targets[t] ? *targets[t] : number(options_.targets[t]);
      if (std::ranges::find(columns_.targets, column) != columns_.targets.end()) {
        first_.fail(concat("the column '", columns_.name_of(column), "' is named twice as a target"));
      }
      columns_.targets.push_back(column);
    }
    if (has_header_) {
      columns_.header.assign(first_.fields.begin(), first_.fields.end());
    }
    if (options_.finds_id && !columns_.id) {
      find_id();
    }
    return std::move(columns_);
  }

 private:
  std::size_t count() const { return first_.fields.size(); }

  /// Spelled the same, or else but for the size of letters.
  std::optional<std::size_t> word(const std::string& name) {
    if (name.empty()) {
      return std::nullopt;
    }
    for (const bool exact : {true, false}) {
      std::optional<std::size_t> found;
      for (std::size_t j = 0; j < count(); ++j) {
        if (exact ? first_.fields[j] == name : equal_words(first_.fields[j], name)) {
          if (found) {
            first_.fail(concat("has two columns '", name, "', expected one, or its number from 1"));
          }
          found = j;
        }
      }
      if (found) {
        has_header_ = true;
        return found;
      }
    }
    return std::nullopt;
  }

  std::optional<std::size_t> number_if(const std::string& name) const {
    const std::int64_t value = parse_id(name);
    return value >= 1 && value <= static_cast<std::int64_t>(count())
               ? std::optional(static_cast<std::size_t>(value) - 1)
               : std::nullopt;
  }

  std::size_t number(const std::string& name) const {
    const std::optional<std::size_t> column = number_if(name);
    if (!column) {
      fail_missing(name, "");
    }
    return *column;
  }

  void fail_missing(std::string_view name, std::string_view advice) const {
    constexpr std::size_t kMost = 20;
    std::vector<std::string> names(first_.fields.begin(), first_.fields.end());
    const std::string near = nearest_name(name, names);
    std::string list;
    for (std::size_t j = 0; j < std::min(kMost, names.size()); ++j) {
      list += concat(j == 0 ? "'" : ", '", names[j].substr(0, 60), "'");
    }
    list += names.size() > kMost ? concat(" and ", names.size() - kMost, " more") : "";
    first_.fail(concat("has no column '", name, "'", near.empty() ? "" : concat("; the nearest is '", near, "'"),
                       "; the first row has ", list, advice));
  }

  void find_smiles(std::optional<std::size_t> named) {
    constexpr std::string_view kAdvice = "; --smiles names the column of SMILES, by word or number from 1";
    if (!named) {
      named = number_if(options_.smiles);
    }
    if (named) {
      columns_.smiles = *named;
      return;
    }
    const bool is_any = options_.smiles == SmilesOptions{}.smiles;
    if (is_any && find_like_smiles()) {
      return;
    }
    // Lists of molecules without a header; what follows behind blanks is a name.
    const std::string extension = options_.input.stem().extension().string() + options_.input.extension().string();
    const bool is_list = first_.by_blanks || count() == 1 || extension.find(".smi") != std::string::npos;
    const bool is_headless = !has_header_ && first_.is_molecule(first_.fields.front());
    if (!(is_any && is_list && !has_header_) && !(is_list && is_headless) && !(is_any && is_headless)) {
      fail_missing(options_.smiles, kAdvice);
    }
    columns_.smiles = 0;
    if (!is_list) {
      columns_.assumed.push_back("the first row is no header, and the first column has the SMILES");
    } else if (count() > 1 && !has_header_ && columns_.targets.empty() && options_.finds_id) {
      columns_.id = 1;
    }
  }

  /// The only column whose name has SMILES in it.
  bool find_like_smiles() {
    std::vector<std::size_t> like;
    for (std::size_t j = 0; j < count(); ++j) {
      if (lowered(first_.fields[j]).find("smiles") != std::string::npos) {
        like.push_back(j);
      }
    }
    if (like.size() > 1) {
      first_.fail(concat("has ", like.size(), " columns of SMILES, '", first_.fields[like[0]], "', '",
                         first_.fields[like[1]], like.size() > 2 ? "', ..." : "'", "; --smiles names one"));
    }
    if (like.empty()) {
      return false;
    }
    has_header_ = true;
    columns_.smiles = like.front();
    columns_.assumed.push_back(concat("the column '", first_.fields[like.front()], "' has the SMILES"));
    return true;
  }

  void find_id() {
    for (std::size_t j = 0; j < columns_.header.size() && !columns_.id; ++j) {
      if (j != columns_.smiles && names_an_id(columns_.header[j])) {
        columns_.id = j;
        columns_.assumed.push_back(concat("the column '", columns_.header[j], "' has the ids of the molecules"));
      }
    }
  }

  const SmilesOptions& options_;
  const FirstRow& first_;
  SmilesColumns columns_;
  bool has_header_ = false;
};

}  // namespace

bool equal_words(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string SmilesColumns::name_of(std::size_t column) const {
  return column < header.size() ? header[column] : std::to_string(column + 1);
}

SmilesColumns find_smiles_columns(const SmilesOptions& options, const FirstRow& first) {
  return ColumnFinder(options, first).find();
}

std::string encoder_of(const SmilesColumns& columns) {
  nlohmann::ordered_json json = {{"format", "smiles"}, {"smiles", columns.name_of(columns.smiles)}};
  if (columns.id) {
    json["id"] = columns.name_of(*columns.id);
  }
  return json.dump();
}

std::optional<SmilesNames> smiles_names_of(std::string_view encoder) {
  const nlohmann::json json = nlohmann::json::parse(encoder, nullptr, false);
  const auto text = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!json.is_object() || text("format") != "smiles" || text("smiles").empty()) {
    return std::nullopt;
  }
  return SmilesNames{.smiles = text("smiles"), .id = text("id")};
}

}  // namespace weft
