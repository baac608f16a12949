#include "weft/io/importers/sqlite_graph.hpp"

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/io/importers/delimited_text.hpp"

namespace weft {
namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

class Database {
 public:
  explicit Database(const GraphFile& file) : file_(file) {
    sqlite3* opened = nullptr;
    const int result = sqlite3_open_v2(file.path().c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
    database_.reset(opened);
    if (result != SQLITE_OK) {
      file.fail(concat("cannot be opened: ", opened == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(opened)));
    }
    // The schema is the file's, and may be a stranger's.
    sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    // Tells what is no database now, not at the user's query.
    tables_ = table_names();
  }

  [[nodiscard]] Statement prepared(const char* option, const std::string& query) const {
    require(!query.empty(), "importing a database: ", option, " is empty, expected a query; ", tables_);
    sqlite3_stmt* raw = nullptr;
    const char* rest = nullptr;
    const int result = sqlite3_prepare_v2(database_.get(), query.c_str(), static_cast<int>(query.size()), &raw, &rest);
    Statement statement(raw);
    check(result == SQLITE_OK, result);
    require(result == SQLITE_OK, "importing a database: ", option, " '", query.substr(0, 200),
            "': ", sqlite3_errmsg(database_.get()), "; ", tables_);
    const std::string_view more = rest == nullptr ? std::string_view() : std::string_view(rest);
    require(raw != nullptr && sqlite3_stmt_readonly(raw) != 0 && sqlite3_column_count(raw) > 0 &&
                more.find_first_not_of("; \t\r\n") == std::string_view::npos,
            "importing a database: ", option, " '", query.substr(0, 200), "' is not one SELECT");
    return statement;
  }

  /// False at the end.
  [[nodiscard]] bool step(const Statement& statement) const {
    const int result = sqlite3_step(statement.get());
    check(result == SQLITE_ROW || result == SQLITE_DONE, -1);
    return result == SQLITE_ROW;
  }

 private:
  /// Unless `is_well`, or the error is the query's.
  void check(bool is_well, int result) const {
    if (!is_well && result != SQLITE_ERROR && result != SQLITE_AUTH) {
      file_.fail(concat("cannot be read: ", sqlite3_errmsg(database_.get())));
    }
  }

  [[nodiscard]] std::string table_names() const {
    sqlite3_stmt* raw = nullptr;
    const int result = sqlite3_prepare_v2(
        database_.get(), "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name", -1, &raw,
        nullptr);
    const Statement statement(raw);
    check(result == SQLITE_OK, -1);
    constexpr int kMost = 20;
    std::string names;
    int count = 0;
    for (; step(statement); ++count) {
      if (count < kMost) {
        names += concat(count == 0 ? "" : ", ", reinterpret_cast<const char*>(sqlite3_column_text(raw, 0)));
      }
    }
    return count == 0 ? "it has no tables"
                      : concat("its tables are ", names, count > kMost ? concat(" and ", count - kMost, " more") : "");
  }

  const GraphFile& file_;
  std::unique_ptr<sqlite3, CloseDatabase> database_;
  std::string tables_;
};

/// The first columns are called as `first` says.
void read_rows(const Database& database, const char* option, const std::string& query,
               const std::vector<std::string>& first, GraphTables& graph, ElementTable& table) {
  const Statement statement = database.prepared(option, query);
  sqlite3_stmt* raw = statement.get();
  std::vector<std::string> names = first;
  const int count = sqlite3_column_count(raw);
  require(count >= static_cast<int>(first.size()), "importing a database: ", option, " gives ", count,
          " columns, expected ", first.size() == 1 ? "an id" : "a source and a target", ", and then attributes");
  for (int column = static_cast<int>(first.size()); column < count; ++column) {
    const std::string name = sqlite3_column_name(raw, column);
    const bool is_taken = std::ranges::find(first, name) != first.end();
    names.push_back(is_taken ? concat(name, " (column ", column + 1, ")") : name);
  }
  for (std::size_t row = 1; database.step(statement); ++row) {
    table.begin(row);
    for (int column = 0; column < count; ++column) {
      const int type = sqlite3_column_type(raw, column);
      if (type == SQLITE_BLOB) {
        graph.pass_over("cells that are blobs", row);
      } else if (type != SQLITE_NULL) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(raw, column));
        const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(raw, column));
        table.set(names[static_cast<std::size_t>(column)], text == nullptr ? "" : std::string_view(text, bytes));
      }
    }
  }
}

}  // namespace

void read_sqlite_graph(const SqliteQueries& queries, GraphTables& tables) {
  const Database database(tables.file);
  read_rows(database, "query", queries.edges, {"source", "target"}, tables, tables.edges);
  if (!queries.nodes.empty()) {
    read_rows(database, "node_query", queries.nodes, {"id"}, tables, tables.nodes);
  }
  tables.directed = false;
}

}  // namespace weft
