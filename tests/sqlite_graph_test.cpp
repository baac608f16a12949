// What queries of an SQLite database give: the same dataset as from tables of it.
#include "weft/io/importers/sqlite_graph.hpp"

#include <sqlite3.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/imported_data.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft {
namespace {

using test::expect_same_dataset;
using test::expect_throws;
using test::TemporaryFolder;
using test::write_content;
using Texts = std::vector<std::pair<std::string, std::string>>;

Options options_of(const std::string& format, const Texts& texts) {
  Options options(importer_info(format).options);
  for (const auto& [name, text] : texts) {
    options.set(name, text);
  }
  return options;
}

class Databases : public testing::Test {
 protected:
  void SetUp() override {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
    const char* const kSql =
        "CREATE TABLE firms (name TEXT, staff INTEGER, sector TEXT, logo BLOB);"
        "INSERT INTO firms VALUES ('ann', 20, 'a', x'00'), ('bob', NULL, 'b', NULL), ('cal, \"c\"', 40, 'a', NULL);"
        "CREATE TABLE sales (buyer TEXT, seller TEXT, amount REAL);"
        "INSERT INTO sales VALUES ('ann', 'bob', 2), ('bob', 'cal, \"c\"', 0.5);";
    ASSERT_EQ(sqlite3_exec(database, kSql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_ / "shop.db"; }
  [[nodiscard]] Dataset read(const Texts& texts) const {
    return import_dataset("sqlite", {.input = path(), .options = options_of("sqlite", texts), .default_name = "shop"});
  }

  const TemporaryFolder folder_;
};

const char* const kEdges = "SELECT buyer, seller, amount AS weight FROM sales";

TEST_F(Databases, AreWhatTheirTablesAre) {
  const auto edges =
      write_content(folder_ / "e.csv", "source,target,weight\nann,bob,2.0\nbob,\"cal, \"\"c\"\"\",0.5\n");
  const auto nodes = write_content(folder_ / "n.csv", "id,staff,sector\nann,20,a\nbob,,b\n\"cal, \"\"c\"\"\",40,a\n");
  const Dataset expected =
      import_dataset("edgelist", {.input = edges,
                                  .options = options_of("edgelist", {{"nodes", nodes.string()}, {"label", "sector"}}),
                                  .default_name = "shop"});
  Dataset data =
      read({{"query", kEdges}, {"node_query", "SELECT name, staff, sector FROM firms;"}, {"label", "sector"}});
  EXPECT_EQ(data.source, "shop.db");
  data.source = expected.source;
  expect_same_dataset(data, expected);
  EXPECT_EQ(data.names.features, expected.names.features);
  EXPECT_EQ(data.assumed, expected.assumed);
}

TEST_F(Databases, SayWhatIsNotReadAndWhereItIsWrong) {
  const Dataset data = read({{"query", kEdges}, {"node_query", "SELECT name, staff, logo FROM firms"}});
  EXPECT_EQ(data.assumed.at(0), "cells that are blobs are not read: there is 1, in shop.db:1");
  expect_throws<DataError>(
      [&] {
        (void)read({{"query", "SELECT buyer, seller, 'much' AS weight FROM sales"}});
      },
      "shop.db: row 1: 'much' is not a finite number");
  expect_throws<DataError>(
      [&] {
        (void)read({{"query", "SELECT buyer, NULL FROM sales"}});
      },
      "shop.db: row 1: an edge has no target");
}

TEST_F(Databases, AreOnlyRead) {
  for (const char* query : {"DELETE FROM sales", "SELECT buyer, seller FROM sales; DELETE FROM sales", "", ";",
                            "ATTACH 'x.db' AS x", "CREATE TABLE x (a, b)"}) {
    SCOPED_TRACE(query);
    expect_throws<ArgumentError>([&] { (void)read({{"query", query}}); }, "query");
  }
  EXPECT_EQ(read({{"query", kEdges}}).graph.num_nodes(), 3);
  EXPECT_FALSE(std::filesystem::exists("x.db"));
}

TEST_F(Databases, SayWhichTablesThereAre) {
  expect_throws<ArgumentError>(
      [&] {
        (void)read({{"query", "SELECT a, b FROM sale"}});
      },
      "no such table: sale; its tables are firms, sales");
  expect_throws<ArgumentError>(
      [&] {
        (void)read({{"query", "SELECT buyer FROM sales"}});
      },
      "gives 1 columns, expected a source and a target");
}

TEST_F(Databases, ThatAreNoneAreRefused) {
  write_content(path(), "SQLite format 3, or so");
  expect_throws<DataError>([&] { (void)read({{"query", kEdges}}); }, "shop.db: cannot be read: ");
  std::filesystem::remove(path());
  expect_throws<DataError>([&] { (void)read({{"query", kEdges}}); }, "shop.db: cannot be opened: ");
}

}  // namespace
}  // namespace weft
