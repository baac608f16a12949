#include "weft/io/importers/typed_relations.hpp"

#include <algorithm>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/io/importers/edge_text.hpp"
#include "weft/io/importers/merged_edges.hpp"

namespace weft {
namespace {

/// Of one type of edges: what is counted for its repeats.
struct RelationCount {
  std::int64_t rows = 0, ascending = 0, loops = 0, stored = 0, stored_loops = 0;

  [[nodiscard]] std::int64_t repeats(bool directed) const {
    if (directed) {
      return rows - stored;
    }
    // A list of both directions of all edges repeats none.
    const bool has_both = rows == stored + (loops - stored_loops) && 2 * ascending == rows - loops;
    return has_both ? loops - stored_loops : rows - (stored + stored_loops) / 2;
  }
};

class RelationJoiner {
 public:
  RelationJoiner(MergeEdges merge, const std::filesystem::path& description, Dataset& data)
      : merge_(merge), description_(description), data_(data) {}

  void join(std::vector<RelationTable> relations, std::int64_t num_nodes) {
    const auto has_weight = [](const RelationTable& table) { return table.form.weight.has_value(); };
    const bool has_weights = std::ranges::any_of(relations, has_weight);
    const bool has_times = keep_times(relations);
    const std::string weight_name = name_of_weights(relations);
    for (RelationTable& table : relations) {
      append(table);
      if (has_weights) {
        append_weights(table);
      }
      if (has_times) {
        all_.times.insert(all_.times.end(), table.times.begin(), table.times.end());
      }
      table = RelationTable();
    }
    refuse_twice();
    MergedEdges merged = merged_edges(num_nodes, all_, !data_.directed, merge_);
    all_ = EdgeBatch();
    data_.graph = std::move(merged.graph);
    data_.edge_type = std::move(merged.relations);
    data_.edge_time = std::move(merged.times);
    say_repeats();
    if (has_weights) {
      set_weights(std::move(merged.weights), weight_name);
    }
  }

 private:
  void append(const RelationTable& table) {
    const auto first = static_cast<std::int32_t>(data_.names.edge_types.size());
    if (table.types.empty()) {
      data_.names.edge_types.push_back(table.name);
    }
    for (const std::string& value : table.names) {
      data_.names.edge_types.push_back(concat(table.name, ":", value));
    }
    counts_.resize(data_.names.edge_types.size());
    for (std::size_t i = 0; i < table.edges.size(); ++i) {
      const auto [source, target] = table.edges[i];
      const std::int32_t type = first + (table.types.empty() ? 0 : table.types[i]);
      RelationCount& count = counts_[static_cast<std::size_t>(type)];
      ++count.rows;
      count.ascending += source < target ? 1 : 0;
      count.loops += source == target ? 1 : 0;
      all_.edges.push_back({source, target});
      all_.relations.push_back(type);
    }
  }

  void append_weights(const RelationTable& table) {
    all_.weights.insert(all_.weights.end(), table.weights.begin(), table.weights.end());
    if (!table.form.weight) {
      data_.assumed.push_back(concat("edges '", table.name, "' have no weights, and weigh 1"));
      all_.weights.resize(all_.edges.size(), 1.0F);
    }
  }

  /// Times of some relations alone say nothing of the others. Sets the unit.
  bool keep_times(const std::vector<RelationTable>& relations) {
    const auto has_time = [](const RelationTable& table) { return table.form.time.has_value(); };
    const auto with = std::ranges::find_if(relations, has_time);
    const auto without = std::ranges::find_if_not(relations, has_time);
    if (with == relations.end()) {
      return false;
    }
    if (without != relations.end()) {
      for (const RelationTable& table : relations) {
        if (table.names_time && table.form.time) {
          fail(table, "time",
               concat("is given, and edges '", without->name,
                      "' have no times; expected times of all edges, or of none"));
        }
        if (table.form.time) {
          data_.assumed.push_back(concat("times of edges '", table.name, "' in column ",
                                         table.form.name_of(*table.form.time), " are not read, as edges '",
                                         without->name, "' have none"));
        }
      }
      return false;
    }
    data_.time_unit = with->unit;
    for (const RelationTable& table : relations) {
      if (table.unit != data_.time_unit) {
        fail(table, "time",
             concat("is in '", table.unit, "', and that of '", with->name, "' in '", data_.time_unit,
                    "'; expected one unit (time_unit), or time = \"none\""));
      }
    }
    return true;
  }

  [[noreturn]] void fail(const RelationTable& table, const char* key, const std::string& problem) const {
    throw DataError(description_.string(), concat("edges.", table.name, ".", key), problem);
  }

  [[nodiscard]] static std::string name_of_weights(const std::vector<RelationTable>& relations) {
    std::string name;
    for (const RelationTable& table : relations) {
      if (table.form.weight) {
        const std::string own =
            table.form.header.empty() ? std::string("weight") : table.form.header[*table.form.weight];
        name = name.empty() || name == own ? own : "weight";
      }
    }
    return name;
  }

  void refuse_twice() const {
    std::vector<std::string> names = data_.names.edge_types;
    std::ranges::sort(names);
    if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) {
      throw DataError(description_.string(), "edges",
                      concat("two relations are called '", *twice, "', expected names that differ (name)"));
    }
  }

  void say_repeats() {
    const auto offsets = data_.graph.offsets();
    const auto sources = data_.graph.sources();
    for (std::size_t v = 0; v + 1 < offsets.size(); ++v) {
      for (auto e = static_cast<std::size_t>(offsets[v]); e < static_cast<std::size_t>(offsets[v + 1]); ++e) {
        RelationCount& count = counts_[static_cast<std::size_t>(data_.edge_type[e])];
        ++count.stored;
        count.stored_loops += sources[e] == v ? 1 : 0;
      }
    }
    for (std::size_t r = 0; r < counts_.size() && merge_ != MergeEdges::keep; ++r) {
      if (const std::int64_t repeats = counts_[r].repeats(data_.directed); repeats > 0) {
        data_.assumed.push_back(concat(repeats, " of ", counts_[r].rows, " rows of edges '", data_.names.edge_types[r],
                                       "' repeat one", data_.directed ? "" : ", in this or the other direction",
                                       ", and are merged with it (merge is ", name_of(merge_), ")"));
      }
    }
  }

  /// Weights that are finite each may have a sum that is not.
  void set_weights(Buffer<float> weights, const std::string& name) {
    if (std::ranges::any_of(std::span<const float>(weights), [](float weight) { return weight - weight != 0.0F; })) {
      throw DataError(description_.string(), "edges",
                      concat("the ", name_of(merge_),
                             " of the weights of some edge is no finite number of 32 bits; "
                             "merge = \"mean\", \"max\", \"first\" or \"last\" gives one"));
    }
    data_.edge_features = Tensor::from_buffer(data_.graph.num_edges(), 1, std::move(weights));
    data_.weight_column = 0;
    data_.names.edge_features = {name};
  }

  MergeEdges merge_;
  const std::filesystem::path& description_;
  Dataset& data_;
  EdgeBatch all_;
  std::vector<RelationCount> counts_;
};

}  // namespace

void set_typed_graph(std::vector<RelationTable> relations, std::int64_t num_nodes, MergeEdges merge,
                     const std::filesystem::path& description, Dataset& data) {
  RelationJoiner(merge, description, data).join(std::move(relations), num_nodes);
}

}  // namespace weft
