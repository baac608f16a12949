// What generated graphs may be compared with. The report itself is tested through the command (cli_generate_test.cpp).
#include "weft/runs/generation_report.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace weft {
namespace {

using test::expect_throws;

TEST(SplitToCompare, IsThatOfTheModelInGraphsOfItsKind) {
  Dataset data;
  data.name = "pairs";
  data.graph = CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {2, 3}}, {.symmetrize = true});
  data.node_ptr = {0, 2, 4};
  data.splits = {{.name = "0", .train = {0}, .val = {}, .test = {1}},
                 {.name = "1", .train = {0, 1}, .val = {}, .test = {}}};
  const GeneratorTraits plain;
  EXPECT_EQ(&split_to_compare(plain, data, "0"), &data.splits[0]);
  expect_throws<ArgumentError>([&] { (void)split_to_compare(plain, data, "1"); }, "split 1 of pairs has no test part");
  expect_throws<ArgumentError>([&] { (void)split_to_compare(plain, data, "2"); }, "split 2, which pairs does not have");

  GeneratorTraits molecules;
  molecules.alphabet = {AtomType{}};
  expect_throws<ArgumentError>([&] { (void)split_to_compare(molecules, data, "0"); }, "pairs holds no molecules");
  data.smiles = {"CC", "CC"};
  EXPECT_EQ(split_to_compare(molecules, data, "0").name, "0");

  data.node_ptr = {};
  expect_throws<ArgumentError>([&] { (void)split_to_compare(plain, data, "0"); }, "pairs is one graph");
}

}  // namespace
}  // namespace weft
