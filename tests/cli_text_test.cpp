// What the command writes into CSV files.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/file_content.hpp"
#include "tests/small_graphs.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/cli/csv_text.hpp"
#include "weft/cli/pair_scores.hpp"

namespace weft::cli {
namespace {

TEST(CsvField, IsQuotedWhereItHoldsWhatEndsAField) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"a\""), "\"say \"\"a\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
}

TEST(PairScores, AreWrittenWithTheirProbabilityByTheNumbersOfTheFile) {
  const test::TemporaryFolder folder;
  Dataset data;
  data.graph = test::path_and_loner();
  const std::vector<Edge> pairs = {{0, 1}, {3, 2}};
  const std::vector<float> scores = {2.0F, -2.0F};
  write_pair_scores(folder / "p.csv", data, pairs, scores);
  EXPECT_EQ(test::content_of(folder / "p.csv"), "source,destination,score,p_link\n0,1,2,0.880797\n3,2,-2,0.119203\n");
  data.original_node = {3, 2, 1, 0};
  data.node_names = {"a", "b", "c,d", "e"};
  write_pair_scores(folder / "p.csv", data, pairs, scores);
  EXPECT_EQ(test::content_of(folder / "p.csv"),
            "source,destination,source_name,destination_name,score,p_link\n3,2,a,b,2,0.880797\n"
            "0,1,e,\"c,d\",-2,0.119203\n");
}

}  // namespace
}  // namespace weft::cli
