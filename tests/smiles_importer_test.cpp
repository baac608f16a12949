// Molecules from SMILES: columns, features, bad rows, and splits by scaffold.
#include "weft/io/importers/smiles_importer.hpp"
#include "tests/imported_data.hpp"
#include "tests/rdkit_molecules.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/molecules/molecule_reader.hpp"

namespace weft {
namespace {

using test::TemporaryFolder;
using test::write_content;

class Smiles : public testing::Test {
 protected:
  void SetUp() override {
    if (!reads_molecules()) {
      ASSERT_EQ(std::getenv("CI"), nullptr) << "this Weft was built without RDKit";
      GTEST_SKIP() << "this Weft was built without RDKit";
    }
  }
  Dataset import(const std::string& text, SmilesOptions options = {}) const {
    options.input = write_content(folder_ / "m.csv", text);
    return import_smiles(options);
  }
  TemporaryFolder folder_;
};

TEST_F(Smiles, GivesAtomsAndBondsTheirColumns) {
  const Dataset data = import("CC(=O)[O-]\n");
  EXPECT_EQ(data.task, TaskKind::generation);
  EXPECT_EQ(data.graph.num_nodes(), 4);
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 0, 2, 3, 1, 1}));
  const auto& x = std::get<CategoricalMatrix>(data.node_features.in_memory());
  EXPECT_EQ(x.num_categories, kAtomCategories);
  // A methyl carbon (four neighbors, three of them hydrogens, SP3), and an oxygen of charge -1, SP2
  // because its lone pair is conjugated.
  EXPECT_TRUE(std::ranges::equal(std::span(x.values).first(9), std::vector<std::int32_t>{6, 0, 4, 5, 3, 0, 2, 0, 0}));
  EXPECT_TRUE(std::ranges::equal(std::span(x.values).last(9), std::vector<std::int32_t>{8, 0, 1, 4, 0, 0, 1, 0, 0}));
  const auto& bonds = std::get<CategoricalMatrix>(data.edge_features);
  // 1 -> 0; 0 -> 1, 2 -> 1, 3 -> 1; 1 -> 2; 1 -> 3: only 1 = 2 is double.
  EXPECT_EQ(bonds.rows, 6);
  EXPECT_EQ(bonds.values[0 * 3], 0);
  EXPECT_EQ(bonds.values[2 * 3], 1);
  EXPECT_EQ(bonds.values[4 * 3], 1);
}

TEST_F(Smiles, FindsColumnsByNameOrNumber) {
  const Dataset named = import("id,tox,y,SMILES\n1,0,0.5,CCO\n2,1,,c1ccccc1\n", {.targets = {"y"}});
  EXPECT_EQ(named.task, TaskKind::graph_regression);
  EXPECT_EQ(named.smiles, (std::vector<std::string>{"CCO", "c1ccccc1"}));
  EXPECT_EQ(std::get<Tensor>(named.graph_labels)(0, 0), 0.5F);
  EXPECT_TRUE(std::isnan(std::get<Tensor>(named.graph_labels)(1, 0)));
  const Dataset one = import("id,tox,y,SMILES\n1,0,0.5,CCO\n2,1,,c1ccccc1\n", {.targets = {"tox"}});
  EXPECT_EQ(one.task, TaskKind::graph_classification);
  EXPECT_EQ(std::get<1>(one.graph_labels), (std::vector<std::int64_t>{0, 1}));
  const Dataset commas =
      import("smiles;y\nCCO;0,5\nC;?\nCC;2\n", {.targets = {"y"}, .cells = {.missing = {"?"}, .decimal = ','}});
  EXPECT_EQ(std::get<Tensor>(commas.graph_labels)(0, 0), 0.5F);
  EXPECT_TRUE(std::isnan(std::get<Tensor>(commas.graph_labels)(1, 0)));
  const Dataset numbered = import("CCO\t0.5\nC\t2\n", {.targets = {"2"}});
  EXPECT_EQ(std::get<Tensor>(numbered.graph_labels)(1, 0), 2.0F);
  const Dataset several = import("smiles,a,b\nCCO,0,1\nC,,0\n", {.targets = {"a", "b"}});
  EXPECT_EQ(several.num_classes, 2);
  EXPECT_TRUE(std::isnan(std::get<Tensor>(several.graph_labels)(1, 0)));
  const Dataset text = import("smiles,kind\nCCO,alcohol\nC,alkane\nCC,alkane\n",
                              {.targets = {"kind"}, .task = TaskKind::graph_classification});
  EXPECT_EQ(text.class_names, (std::vector<std::string>{"alcohol", "alkane"}));
  write_dataset(several, folder_ / "s.h5");
  test::expect_same_data(read_dataset(folder_ / "s.h5"), several);
}

TEST_F(Smiles, LeavesOutOrRefusesBadRows) {
  const std::string text =
      "smiles,y\nCCO,1\nC1CC,2\nnonsense,3\nC(C)(C)(C)(C)C,4\nC,x\n,5\nCC,6\nCC\n" + std::string(30000, '(') + ",7\n";
  std::vector<std::string> skipped;
  const Dataset data =
      import(text, {.targets = {"y"}, .on_skipped = [&](const std::string& problem) { skipped.push_back(problem); }});
  EXPECT_EQ(data.smiles, (std::vector<std::string>{"CCO", "CC"}));
  ASSERT_EQ(skipped.size(), 7U);
  EXPECT_TRUE(skipped[0].ends_with("m.csv: line 3: 'C1CC' is no molecule")) << skipped[0];
  EXPECT_NE(skipped[3].find("line 6: 'x' is not a finite number"), std::string::npos) << skipped[3];
  EXPECT_NE(skipped[4].find("line 7: has no SMILES"), std::string::npos) << skipped[4];
  EXPECT_NE(skipped[6].find("line 10: "), std::string::npos) << skipped[6];
  test::expect_throws<DataError>([&] { import(text, {.targets = {"y"}, .strict = true}); },
                                 "m.csv: line 3: 'C1CC' is no molecule");
  test::expect_throws<DataError>([&] { import("smiles\nC1\n"); }, "m.csv: holds no molecule; 1 rows were left out");
  test::expect_throws<DataError>([&] { import("smiles,y\nC,1\n", {.targets = { "z" }}); }, "line 1: has no column 'z'");
  test::expect_throws<DataError>([&] { import("a,y\nC,1\n", {.smiles = "b"}); }, "line 1: has no column 'b'");
}

TEST_F(Smiles, FindsTheOneColumnThatIsCalledSmilesAndListsColumnsOtherwise) {
  const Dataset like = import("mol_id,canonical_smiles,y\nm1,CCO,1.5\n", {.targets = {"y"}});
  EXPECT_EQ(like.smiles, std::vector<std::string>{"CCO"});
  EXPECT_EQ(like.assumed.front(), "the column 'canonical_smiles' has the SMILES");
  test::expect_throws<DataError>([&] { import("SMILES_raw,smiles_iso\nC,C\n"); }, "line 1: has 2 columns of SMILES");
  test::expect_throws<DataError>([&] { import("code,Drug\nCO,CCCO\n"); },
                                 "line 1: has no column 'smiles'; the first row has 'code', 'Drug'; --smiles names");
  test::expect_throws<DataError>([&] { import("code,Drug\nCO,CCCO\n", {.smiles = "Drugs"}); },
                                 "has no column 'Drugs'; the nearest is 'Drug'; the first row has 'code', 'Drug'");
  test::expect_throws<DataError>([&] { import("smiles,y,y\nC,1,2\n", {.targets = { "y" }}); }, "has two columns 'y'");
}

TEST_F(Smiles, SaysWhichColumnsItDoesNotReadAndLeavesOutRowsOfAnotherWidth) {
  const Dataset data =
      import("Name,Structure (SMILES),pIC50\nm1,CCO,4.5\nm2,CCN,4,9\nm3,CC,5\n", {.smiles = "Structure (SMILES)"});
  EXPECT_EQ(data.smiles, (std::vector<std::string>{"CCO", "CC"}));
  EXPECT_EQ(std::ranges::count(data.assumed, "columns that are not read: 'Name', 'pIC50' (--targets, --id, --split)"),
            1);
  const Dataset all = import("smiles,y\nCCO,1\nCC,0\n", {.targets = {"y"}});
  EXPECT_TRUE(std::ranges::none_of(all.assumed, [](const auto& said) { return said.starts_with("columns that"); }));
  // Names of several words behind the molecules of a list.
  EXPECT_EQ(import("CCO a name of ethanol\nC methane\n").smiles.size(), 2U);
}

TEST_F(Smiles, KeepsIdsRowsAndTheNamesOfColumns) {
  SmilesOptions options{.input =
                            test::write_content(folder_ / "m.csv", "Drug_ID,Drug,Y\na,CCO,1.5\nb,C1CC,2\nc,C,3\n")};
  options.smiles = "Drug";
  options.id = "Drug_ID";
  options.targets = {"Y"};
  const MoleculeTable table = import_molecules(options);
  EXPECT_EQ(table.rows, (std::vector<std::int64_t>{0, 2}));
  EXPECT_EQ(table.dataset.graph_names, (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(table.dataset.names.targets, std::vector<std::string>{"Y"});
  const std::optional<SmilesNames> names = smiles_names_of(table.dataset.encoder);
  ASSERT_TRUE(names.has_value());
  EXPECT_EQ(names->smiles, "Drug");
  EXPECT_EQ(names->id, "Drug_ID");
  EXPECT_FALSE(smiles_names_of("{\"format\": \"tables\"}").has_value());
  EXPECT_FALSE(smiles_names_of("nonsense").has_value());
  write_dataset(table.dataset, folder_ / "m.h5");
  EXPECT_EQ(read_dataset(folder_ / "m.h5").graph_names, table.dataset.graph_names);
}

TEST_F(Smiles, ReadsYesAndNoAsTwoClasses) {
  const Dataset data = import("smiles,active\nC,True\nCC,False\nCCC,\nCCO,True\n", {.targets = {"active"}});
  EXPECT_EQ(data.task, TaskKind::graph_classification);
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"False", "True"}));
  EXPECT_EQ(std::get<1>(data.graph_labels), (std::vector<std::int64_t>{1, 0, -1, 1}));
  const Dataset several = import("smiles,a,b\nC,yes,0\nCC,no,1\nCCC,,\n", {.targets = {"a", "b"}});
  EXPECT_EQ(several.task, TaskKind::graph_classification);
  EXPECT_EQ(several.names.targets, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(std::get<Tensor>(several.graph_labels)(0, 0), 1.0F);
  EXPECT_EQ(std::get<Tensor>(several.graph_labels)(1, 0), 0.0F);
  test::expect_throws<DataError>(
      [&] {
        import("smiles,a\nC,2.5\nCC,True\n", {.targets = { "a" }});
      },
      "line 3: 'True' in the column 'a' stands among numbers");
}

TEST_F(Smiles, LeavesOutBoundsAndCountsThemBesideValues) {
  std::vector<std::string> skipped;
  const std::string text = "smiles,ic50,ki\nC,>10000,\nCC,7,1\nCCC,<0.5,2\nCCO,,\nCCN,> 3,4\n";
  const OnBadRow on_skipped = [&](const std::string& problem) { skipped.push_back(problem); };
  const Dataset data = import(text, {.targets = {"ic50", "ki"}, .on_skipped = on_skipped});
  EXPECT_EQ(data.smiles, (std::vector<std::string>{"CC", "CCC", "CCO", "CCN"}));
  ASSERT_EQ(skipped.size(), 1U);
  EXPECT_TRUE(skipped[0].ends_with("line 2: '>10000' in the column 'ic50' is a bound, expected a value")) << skipped[0];
  EXPECT_TRUE(std::isnan(std::get<Tensor>(data.graph_labels)(1, 0)));
  EXPECT_EQ(data.assumed.front(), "2 values of 'ic50' are bounds, as '<0.5' in line 4, and count as missing");
}

TEST_F(Smiles, ReadsASplitOfItsOwnAndSaysWhichPartsAreEmpty) {
  const Dataset data = import("smiles,part\nC,train\nCC,Train\nCCC,test\nCCO,\n", {.split = "part"});
  const Split* split = data.find_split("public");
  ASSERT_NE(split, nullptr);
  EXPECT_EQ(&data.splits.front(), split);
  EXPECT_EQ(split->train, (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(split->test, std::vector<std::int64_t>{2});
  EXPECT_NE(std::ranges::find_if(data.assumed,
                                 [](const std::string& sentence) {
                                   return sentence.starts_with("no molecule is in the val part of the split public");
                                 }),
            data.assumed.end());
  test::expect_throws<DataError>([&] { import("smiles,part\nC,train\nCC,fold3\n", {.split = "part"}); },
                                 "line 3: 'fold3' in the column 'part' is no part of a split");
}

TEST_F(Smiles, ReadsLineBreaksInsideQuotes) {
  std::vector<std::string> skipped;
  const Dataset data =
      import("smiles,note,y\nC,\"two\n\n# lines\",1.5\nCC,\"a \"\"b\"\"\",2.5\nx,z,3\n",
             {.targets = {"y"}, .on_skipped = [&](const std::string& problem) { skipped.push_back(problem); }});
  EXPECT_EQ(data.smiles, (std::vector<std::string>{"C", "CC"}));
  EXPECT_EQ(std::get<Tensor>(data.graph_labels)(0, 0), 1.5F);
  ASSERT_EQ(skipped.size(), 1U);
  EXPECT_NE(skipped[0].find("line 6: 'x'"), std::string::npos) << skipped[0];
  test::expect_throws<DataError>([&] { import("smiles,note\nC,\"never ends\nCC,b\n"); },
                                 "line 2: a quoted field does not end");
  // As ZINC-250k is published.
  EXPECT_EQ(import("smiles,logP\n\"CCO\n\",0.5\n\"C\r\n\",1\n").smiles, (std::vector<std::string>{"CCO", "C"}));
}

struct RealSet {
  const char* raw;
  const char* h5;
  std::vector<std::string> targets;
};

class RealSmiles : public testing::TestWithParam<RealSet> {};

// The random splits are the data folder's own.
TEST_P(RealSmiles, EqualsTheDatasetFileWithItsScaffoldSplit) {
  if (!reads_molecules()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "this Weft was built without RDKit";
    GTEST_SKIP() << "this Weft was built without RDKit";
  }
  const auto raw = test::real_file(std::string("raw/moleculenet/") + GetParam().raw);
  const auto h5 = test::real_file(std::string("h5/") + GetParam().h5 + ".h5");
  if (!raw || !h5) {
    GTEST_SKIP() << GetParam().h5 << " is missing; set WEFT_DATA";
  }
  const Dataset expected = read_dataset(*h5);
  if (!test::is_rdkit_of_the_data()) {
    const Dataset imported = import_smiles({.input = *raw, .targets = GetParam().targets});
    return test::expect_nearly_same_molecules(imported, expected, 0, expected.num_graphs());
  }
  const Dataset imported = import_smiles({.input = *raw, .targets = GetParam().targets, .strict = true});
  test::expect_same_data(imported, expected);
  EXPECT_EQ(imported.smiles, expected.smiles);
  test::expect_same_split(imported, expected, "scaffold");
}

INSTANTIATE_TEST_SUITE_P(
    DataFolder, RealSmiles,
    testing::Values(RealSet{"delaney-processed.csv", "esol", {"measured log solubility in mols per litre"}},
                    RealSet{"tox21.csv.gz",
                            "tox21",
                            {"NR-AR", "NR-AR-LBD", "NR-AhR", "NR-Aromatase", "NR-ER", "NR-ER-LBD", "NR-PPAR-gamma",
                             "SR-ARE", "SR-ATAD5", "SR-HSE", "SR-MMP", "SR-p53"}},
                    RealSet{"HIV.csv", "hiv", {"HIV_active"}}),
    [](const auto& set) { return std::string(set.param.h5); });

}  // namespace
}  // namespace weft
