// Which columns of a table of edges are what, found from its header, its first rows and what the user says. Private.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/io/importers/edgelist_importer.hpp"

namespace weft {

/// The first rows of a table, without its header.
using FirstRows = std::vector<std::vector<std::string>>;

/// An edge a row; a head, its relation and a tail; or the same in the order head, tail, relation.
enum class EdgeRows { edges, triples, triples_of_openke };

/// Columns count from 0.
struct EdgeForm {
  std::size_t source = 0, target = 1;
  std::optional<std::size_t> weight, time, relation;
  /// Columns that become features of the edges.
  std::vector<std::size_t> features;
  /// Whether the times are dates, which are read as seconds since 1970.
  bool times_are_dates = false;
  /// Fields of the header; empty: there is none.
  std::vector<std::string> header;
  /// Columns of the first row.
  std::size_t width = 0;
  /// What is taken for granted, a sentence each.
  std::vector<std::string> assumed;
  /// Whether the header says that sources and targets are of two kinds, as users and items are.
  bool names_two_kinds = false;
  /// Whether both ends are named, by the header or by the options, and not taken by their places.
  bool names_ends = false;

  /// How many fields a row needs.
  [[nodiscard]] std::size_t least_fields() const;
  [[nodiscard]] std::string name_of(std::size_t column) const;
  /// What names the column in options: the header's word for it, or its number from 1.
  [[nodiscard]] std::string word_of(std::size_t column) const;
};

/// Throws DataError, by `fail`, if a column that the options name is not there, or if the rows are no edges.
[[nodiscard]] EdgeForm edge_form_of(const EdgelistOptions& options, std::vector<std::string> header,
                                    const FirstRows& rows, EdgeRows kind,
                                    FunctionRef<void(const std::string& problem)> fail);

/// The column that `text` names, by its name or by its number from 1. Throws by `fail` naming the columns there are.
[[nodiscard]] std::size_t column_of(const std::string& text, const std::vector<std::string>& header, std::size_t width,
                                    FunctionRef<void(const std::string& problem)> fail);

/// Whether a column would be taken for source, target, weight, time or relation without being named, and whether one
/// would.
[[nodiscard]] bool is_usual_column(std::string_view role, std::string_view name);
[[nodiscard]] bool has_usual_column(std::string_view role, const std::vector<std::string>& header);

/// Whether a column is called as times are, where dates stand in it: day, sent_at, created, order_date.
[[nodiscard]] bool is_word_for_dates(std::string_view name);

/// Whether all fields of a row are words that headers use for ids, ends of edges, labels and so on.
[[nodiscard]] bool are_header_words(const std::vector<std::string>& fields);

}  // namespace weft
