#include "weft/io/split_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/core/random.hpp"
#include "weft/io/dataset_checks.hpp"
#include "weft/io/splits.hpp"

namespace weft {
namespace {

using hdf5::ArrayInfo;
using hdf5::InputFile;
using hdf5::Kind;

constexpr std::int64_t kInt64Min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

// Numbers inside names count as numbers: 0, 1, 2, 10.
bool natural_less(const std::string& a, const std::string& b) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!digit(a[i]) || !digit(b[j])) {
      if (a[i] != b[j]) {
        return a[i] < b[j];
      }
      ++i, ++j;
      continue;
    }
    const auto number = [&](const std::string& text, std::size_t& at) {
      while (at + 1 < text.size() && text[at] == '0' && digit(text[at + 1])) {
        ++at;
      }
      const std::size_t begin = at;
      while (at < text.size() && digit(text[at])) {
        ++at;
      }
      return std::string_view(text).substr(begin, at - begin);
    };
    const std::string_view x = number(a, i), y = number(b, j);
    if (x != y) {
      return x.size() != y.size() ? x.size() < y.size() : x < y;
    }
  }
  const bool a_ends = i == a.size(), b_ends = j == b.size();
  return a_ends && b_ends ? a < b : a_ends;
}

/// Links, [m, 2]; none if there is no such array.
std::vector<Edge> read_links(const InputFile& file, const std::string& object) {
  if (!file.has(object)) {
    return {};
  }
  const ArrayInfo info = file.array(object);
  if (info.shape.size() != 2 || info.shape[1] != 2) {
    file.fail(object, "has shape [", info.shape[0], info.shape.size() == 2 ? concat(", ", info.shape[1]) : "",
              "], expected two columns, the ends of a link");
  }
  std::vector<NodeId> ends(static_cast<std::size_t>(2 * info.shape[0]));
  file.read_integers<NodeId>(object, ends, 0, kMaxNodes - 1);
  std::vector<Edge> links(ends.size() / 2);
  for (std::size_t i = 0; i < links.size(); ++i) {
    links[i] = {ends[2 * i], ends[2 * i + 1]};
  }
  return links;
}

/// What /split/NAME/PART may be called.
constexpr std::array<std::string_view, 3> kParts = {"train", "val", "test"};
constexpr std::array<std::string_view, 3> kOtherVals = {"valid", "validation", "dev"};

/// The members that are parts; names of val other than that too.
std::vector<std::string> parts_among(const std::vector<std::string>& members) {
  std::vector<std::string> parts;
  std::ranges::copy_if(members, std::back_inserter(parts), [](const std::string& member) {
    return std::ranges::find(kParts, member) != kParts.end() ||
           std::ranges::find(kOtherVals, member) != kOtherVals.end();
  });
  return parts;
}

/// Numbers of the `count` items, or those where a mask is 1.
std::vector<std::int64_t> read_part(const InputFile& file, const std::string& object, std::int64_t count) {
  const ArrayInfo info = file.array(object);
  if (info.shape.size() != 1 || info.kind != Kind::integer) {
    file.fail(object, info.shape.size() == 1 ? "holds no integers" : "has rank 2",
              ", expected numbers from 0, or a mask of ", count, " booleans");
  }
  std::vector<std::int64_t> values(static_cast<std::size_t>(info.shape[0]));
  file.read_integers<std::int64_t>(object, values, kInt64Min, kInt64Max);
  // More than two numbers that are 0 or 1 would be repeats.
  const bool is_mask = info.is_boolean || (info.shape[0] == count && count > 2 &&
                                           std::ranges::all_of(values, [](auto v) { return v == 0 || v == 1; }));
  if (!is_mask) {
    return values;
  }
  if (info.shape[0] != count) {
    file.fail(object, "is a mask of ", info.shape[0], ", expected one for each of ", count);
  }
  std::vector<std::int64_t> members;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == 1) {
      members.push_back(static_cast<std::int64_t>(i));
    }
  }
  return members;
}

/// The parts in `group`, whose members are given.
void read_parts(const InputFile& file, const std::string& group, const std::vector<std::string>& members,
                std::int64_t count, Split& split, std::vector<std::string>& assumed) {
  const std::array<std::vector<std::int64_t>*, 3> parts = {&split.train, &split.val, &split.test};
  std::string val;
  for (const std::string& member : members) {
    const auto at = std::ranges::find(kParts, member);
    if (at == kParts.end() || *at == "val") {
      if (!val.empty()) {
        file.fail(group, "holds ", val, " and ", member, ", expected one part for validation");
      }
      val = member;
    }
    *parts[at == kParts.end() ? 1 : static_cast<std::size_t>(at - kParts.begin())] =
        read_part(file, group + "/" + member, count);
  }
  for (const std::string_view part : kParts) {
    if (part == "val" ? val.empty() : std::ranges::find(members, part) == members.end()) {
      assumed.push_back(concat(group, " has no ", part, ", so that part is empty"));
    }
  }
}

}  // namespace

// Groups with none of the sets are no splits.
void read_splits(const hdf5::InputFile& file, Dataset& dataset) {
  const std::int64_t count = dataset.has_many_graphs() ? dataset.num_graphs() : dataset.graph.num_nodes();
  std::vector<std::string> names = file.members("/split");
  if (const std::vector<std::string> own = parts_among(names); !own.empty() && !file.is_group("/split/" + own[0])) {
    Split split{.name = "public"};
    read_parts(file, "/split", own, count, split, dataset.assumed);
    dataset.splits.push_back(std::move(split));
    dataset.assumed.emplace_back("/split holds a split itself, which is called public");
    return;
  }
  std::sort(names.begin(), names.end(), natural_less);
  for (std::string& name : names) {
    const std::string group = "/split/" + name;
    if (!file.is_group(group)) {
      file.fail(group, "is an array, expected a group of train, val and test");
    }
    const std::vector<std::string> members = file.members(group), parts = parts_among(members);
    Split split{.name = std::move(name)};
    if (!parts.empty()) {
      read_parts(file, group, parts, count, split, dataset.assumed);
    }
    split.train_edges = read_links(file, group + "/train_edges");
    split.val_edges = read_links(file, group + "/val_edges");
    split.test_edges = read_links(file, group + "/test_edges");
    const bool has_links = std::ranges::any_of(members, [](const std::string& member) {
      return member == "train_edges" || member == "val_edges" || member == "test_edges";
    });
    if (!parts.empty() || has_links) {
      dataset.splits.push_back(std::move(split));
    }
  }
}

void add_split_if_none(Dataset& dataset) {
  const bool of_graphs = dataset.has_many_graphs();
  const Labels& labels = of_graphs ? dataset.graph_labels : dataset.node_labels;
  const bool predicts = is_classification(dataset.task) || is_regression(dataset.task);
  if (!dataset.splits.empty() || !predicts || std::holds_alternative<std::monostate>(labels)) {
    return;
  }
  std::vector<std::int64_t> strata;
  std::int64_t num_strata = 1;
  if (const auto* classes = std::get_if<std::vector<std::int64_t>>(&labels)) {
    strata = *classes;
    num_strata = std::max<std::int64_t>(1, dataset.num_classes);
  } else {
    const Tensor& targets = std::get<Tensor>(labels);
    for (std::int64_t i = 0; i < targets.rows(); ++i) {
      strata.push_back(std::ranges::all_of(targets.row(i), [](float t) { return std::isnan(t); }) ? -1 : 0);
    }
  }
  dataset.splits.push_back(stratified_split("rand0", strata, num_strata, {}, Random(0)));
  dataset.assumed.emplace_back(
      "there is no /split/NAME/{train,val,test}: rand0 has 60, 20 and 20 % of what is labeled, drawn at random");
}

}  // namespace weft
