// What a file of a graph says: tables of its nodes and edges, and whether these are directed. Private.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/io/importers/element_table.hpp"
#include "weft/io/importers/graph_file.hpp"

namespace weft {

/// Of one edge: as the graph says, or as it says itself.
enum class EdgeDirection : std::uint8_t { of_graph, directed, undirected };

struct GraphTables {
  explicit GraphTables(const GraphFile& graph_file) : file(graph_file), nodes(file, "node"), edges(file, "edge") {}
  GraphTables(const GraphTables&) = delete;
  GraphTables& operator=(const GraphTables&) = delete;

  const GraphFile& file;
  ElementTable nodes, edges;
  /// The attributes that edges refer to, and that do so. Without an id nodes are referred to by their places from 0.
  std::string id = "id", source = "source", target = "target";
  bool ids_are_places = false;
  /// Attributes that may call the nodes where their ids are bare numbers; the first fit counts.
  std::vector<std::string> labels = {};
  /// Nothing if the file does not say.
  std::optional<bool> directed;
  /// Empty where no edge says it.
  std::vector<EdgeDirection> directions = {};

  /// What is in the file and not read, such as "hyperedges", of which there is one at this place.
  void pass_over(std::string_view what, std::size_t offset);
  /// A sentence for each thing that was passed over.
  [[nodiscard]] std::vector<std::string> passed_over() const;

 private:
  struct PassedOver {
    std::string what;
    std::int64_t count;
    std::size_t first;
  };
  std::vector<PassedOver> passed_over_;
};

/// Reads all of a file into tables. Throws DataError naming file, line and column.
using GraphReader = void (*)(const GraphFile& file, GraphTables& tables);

}  // namespace weft
