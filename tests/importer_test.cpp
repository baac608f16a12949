// Data sets from text files and from Debian package indices.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "tests/compressed_text.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/dataset_lookup.hpp"
#include "weft/io/importers/bag_of_words.hpp"
#include "weft/io/importers/debian_importer.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/importers/text_input.hpp"
#include "weft/io/splits.hpp"
#include "weft/io/utf8.hpp"

namespace weft {
namespace {

using test::gzipped;
using test::TemporaryFolder;
using test::xzipped;
using Lines = std::vector<std::string>;

std::filesystem::path write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

Lines lines_of(TextInput& input) {
  Lines lines;
  for (std::string_view line; input.next(line);) {
    lines.emplace_back(line);
  }
  return lines;
}

Lines lines_of(const std::filesystem::path& path, const TextLimits& limits = {}) {
  TextInput input(path, limits);
  return lines_of(input);
}

std::string many_lines() {
  std::string text;
  for (int i = 0; i < 50000; ++i) {
    text += "line " + std::to_string(i * 7919 % 50021) + "\n";
  }
  return text;
}

TEST(TextInput, GivesLinesOfEveryEnding) {
  const TemporaryFolder folder;
  EXPECT_EQ(lines_of(write(folder / "a", "one\ntwo\r\n\nfour")), (Lines{"one", "two", "", "four"}));
  EXPECT_EQ(lines_of(write(folder / "b", "\xef\xbb\xbfmark\n")), (Lines{"mark"}));
  EXPECT_EQ(lines_of(write(folder / "c", "")), Lines{});
}

TEST(TextInput, ReadsTheSameFromPlainGzipAndXz) {
  const TemporaryFolder folder;
  const std::string text = many_lines();
  const Lines plain = lines_of(write(folder / "plain", text));
  ASSERT_EQ(plain.size(), 50000U);
  EXPECT_EQ(lines_of(write(folder / "gz", gzipped(text))), plain);
  EXPECT_EQ(lines_of(write(folder / "two.gz", gzipped(text.substr(0, 1000)) + gzipped(text.substr(1000)))), plain);
  EXPECT_EQ(lines_of(write(folder / "xz", xzipped(text))), plain);
  EXPECT_EQ(lines_of(write(folder / "two.xz", xzipped(text.substr(0, 1000)) + xzipped(text.substr(1000)))), plain);
}

TEST(TextInput, ReadsFromWhatIsOpen) {
  const TemporaryFolder folder;
  std::FILE* file = std::fopen(write(folder / "a", "one\ntwo\n").c_str(), "rb");
  {
    TextInput input(file, "the pipe");
    EXPECT_EQ(lines_of(input), (Lines{"one", "two"}));
  }
  EXPECT_EQ(std::fclose(file), 0);
}

TEST(TextInput, RefusesCompressedDataThatIsCutOrDamaged) {
  const TemporaryFolder folder;
  const std::string text = many_lines();
  for (const std::string& whole : {gzipped(text), xzipped(text)}) {
    for (const std::size_t percent : {10, 50, 99}) {
      write(folder / "cut", whole.substr(0, whole.size() * percent / 100));
      test::expect_throws<DataError>([&] { lines_of(folder / "cut"); }, "is cut short");
    }
    for (const std::size_t tenth : {1, 5, 9}) {
      std::string damaged = whole;
      damaged[whole.size() * tenth / 10] = static_cast<char>(damaged[whole.size() * tenth / 10] ^ 0x55);
      write(folder / "damaged", damaged);
      test::expect_throws<DataError>([&] { lines_of(folder / "damaged"); }, "damaged");
    }
    write(folder / "rest", whole + std::string(64, 'g'));
    test::expect_throws<DataError>([&] { lines_of(folder / "rest"); }, "damaged");
  }
}

TEST(TextInput, LimitsLinesAndExpansion) {
  const TemporaryFolder folder;
  std::string long_line = "short\n";
  long_line.append(1 << 20, 'x');
  write(folder / "long", long_line);
  test::expect_throws<DataError>([&] { lines_of(folder / "long", {.line_bytes = 1000}); },
                                 "long: line 2: is longer than 1000 bytes");
  write(folder / "bomb.gz", gzipped(std::string(1 << 22, '\n')));
  test::expect_throws<DataError>([&] { lines_of(folder / "bomb.gz", {.content_bytes = 1 << 20, .expansion = 0}); },
                                 "expands to more than 1048576 bytes and 0 times its own length");
  EXPECT_EQ(lines_of(folder / "bomb.gz").size(), std::size_t{1} << 22);
}

TEST(TextInput, NamesFileAndLineOfABadByte) {
  const TemporaryFolder folder;
  write(folder / "nul", std::string("good\nb\0d\n", 9));
  test::expect_throws<DataError>([&] { lines_of(folder / "nul"); }, "nul: line 2: holds a NUL byte");
  test::expect_throws<DataError>([&] { lines_of(folder / "none"); }, "No such file");
  test::expect_throws<DataError>([&] { lines_of(folder.path()); }, "cannot be opened");
}

TEST(Utf8, AcceptsWhatIsWellFormedOnly) {
  for (const char* good : {"", "plain", "ä", "漢", "🙂", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

TEST(StratifiedSplit, KeepsTheShareOfEachClass) {
  std::vector<std::int64_t> labels(110, 0);
  std::fill(labels.begin() + 50, labels.begin() + 100, 1);
  std::fill(labels.begin() + 100, labels.end(), -1);
  const Split split = stratified_split("rand0", labels, 2, {}, Random(3));
  const auto in_class = [&](const std::vector<std::int64_t>& part, std::int64_t c) {
    return std::count_if(part.begin(), part.end(),
                         [&](std::int64_t i) { return labels[static_cast<std::size_t>(i)] == c; });
  };
  for (const std::int64_t c : {0, 1}) {
    EXPECT_EQ(in_class(split.train, c), 30);
    EXPECT_EQ(in_class(split.val, c), 10);
    EXPECT_EQ(in_class(split.test, c), 10);
  }
  std::vector<std::int64_t> all = split.train;
  all.insert(all.end(), split.val.begin(), split.val.end());
  all.insert(all.end(), split.test.begin(), split.test.end());
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), 100U);
  for (std::int64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(all[static_cast<std::size_t>(i)], i);
  }
  EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
}

TEST(StratifiedSplit, IsAFunctionOfTheSeed) {
  const std::vector<std::int64_t> labels(100, 0);
  const Split a = stratified_split("s", labels, 1, {}, Random(1));
  EXPECT_EQ(a.train, stratified_split("s", labels, 1, {}, Random(1)).train);
  EXPECT_NE(a.train, stratified_split("s", labels, 1, {}, Random(2)).train);
  EXPECT_EQ(a.train, random_split("s", 100, {}, Random(1)).train);
}

TEST(StratifiedSplit, TakesNoMemoryForClassesWithoutMembers) {
  const std::vector<std::int64_t> labels = {0, std::int64_t{1} << 40, 0, 0, 0, 0};
  const Split split = stratified_split("s", labels, (std::int64_t{1} << 40) + 1, {}, Random(1));
  EXPECT_EQ(split.train.size() + split.val.size() + split.test.size(), labels.size());
}

TEST(StratifiedSplit, RefusesLabelsAndSharesOutOfRange) {
  const std::vector<std::int64_t> labels = {0, 2};
  test::expect_throws<ArgumentError>([&] { static_cast<void>(stratified_split("s", labels, 2, {}, Random(1))); },
                                     "class 2 at 1");
  test::expect_throws<ArgumentError>(
      [&] { static_cast<void>(stratified_split("s", labels, 3, {.train = 0.5, .val = 0.1, .test = 0.1}, Random(1))); },
      "sum to 1");
}

TEST(DatasetLookup, TakesPathsBeforeNamesAndFoldersInOrder) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "a");
  std::filesystem::create_directories(folder / "b");
  write(folder / "b" / "cora.h5", "b");
  const std::vector<std::filesystem::path> folders = {folder / "a", folder / "b"};
  EXPECT_EQ(find_dataset("cora", folders), folder / "b" / "cora.h5");
  EXPECT_EQ(find_dataset("cora.h5", folders), folder / "b" / "cora.h5");
  write(folder / "a" / "cora.h5", "a");
  EXPECT_EQ(find_dataset("cora", folders), folder / "a" / "cora.h5");
  const std::string path = (folder / "b" / "cora.h5").string();
  EXPECT_EQ(find_dataset(path, {}), path);
}

TEST(DatasetLookup, ListsWhereItLooked) {
  const std::vector<std::filesystem::path> folders = {"/none/a", "/none/b"};
  test::expect_throws<DataError>([&] { static_cast<void>(find_dataset("cora", folders)); },
                                 "looked for cora, /none/a/cora.h5, /none/b/cora.h5");
  test::expect_throws<DataError>([&] { static_cast<void>(find_dataset("x/cora", folders)); }, "looked for x/cora");
}

TEST(BagOfWords, ScalesRowsToLengthOne) {
  const std::vector<std::string> texts = {"The cat, the DOG", "the dog 42", "a bird!", ""};
  const SparseMatrix x = bag_of_words(texts, 10);
  // Columns: bird, cat, dog, the.
  ASSERT_EQ(x.shape(), (Shape{4, 4}));
  const SparseMatrix::Rows& rows = x.by_row();
  EXPECT_TRUE(std::ranges::equal(rows.offsets, std::vector<EdgeId>{0, 3, 5, 6, 6}));
  EXPECT_TRUE(std::ranges::equal(rows.columns, std::vector<std::uint32_t>{1, 2, 3, 2, 3, 0}));
  EXPECT_NEAR(rows.values[0], 1.0 / std::sqrt(3.0), 1e-7);
  EXPECT_NEAR(rows.values[3], 1.0 / std::sqrt(2.0), 1e-7);
  EXPECT_EQ(rows.values[5], 1.0F);
}

TEST(BagOfWords, KeepsTheMostFrequentWords) {
  const std::vector<std::string> texts = {"aa bb", "bb cc", "bb aa dd"};
  EXPECT_EQ(bag_of_words(texts, 1).num_entries(), 3) << "bb, in every text";
  EXPECT_EQ(bag_of_words(texts, 2).num_entries(), 5) << "aa, in two of them, and bb";
}

TEST(Edgelist, KeepsNumbersAsNodes) {
  const TemporaryFolder folder;
  const Dataset data = import_edgelist({.edges = write(folder / "e.csv", "2,0\n0,1\n1,0\n3,3\n"), .name = "tiny"});
  EXPECT_EQ(data.graph.num_nodes(), 4);
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 2, 3, 4, 5}));
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 2, 0, 0, 3}));
  EXPECT_TRUE(data.node_names.empty());
  EXPECT_FALSE(data.directed);
  EXPECT_EQ(data.task, TaskKind::link_prediction);
  EXPECT_EQ(data.name, "tiny");
}

TEST(Edgelist, KeepsDirection) {
  const TemporaryFolder folder;
  const Dataset data = import_edgelist({.edges = write(folder / "e", "0 1\n2 1\n"), .directed = true});
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 0, 2, 2}));
  EXPECT_TRUE(data.directed);
}

TEST(Edgelist, ReadsEverySeparatorHeaderAndCompression) {
  const TemporaryFolder folder;
  const std::vector<std::string> texts = {
      "source,target\n0,1\n1,2\n",   "# note\n0\t1\textra\n1\t2\textra\n", "0 1\n\n1   2",
      "id_1;id_2\r\n0;1\r\n1;2\r\n", "\xef\xbb\xbf\"0\",\"1\"\n1 , 2\n",   gzipped("0,1\n1,2\n"),
      xzipped("0 1\n1 2\n")};
  for (const std::string& text : texts) {
    const Dataset data = import_edgelist({.edges = write(folder / "e", text)});
    EXPECT_EQ(data.graph.num_nodes(), 3) << text;
    EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 0, 2, 1})) << text;
  }
}

TEST(Edgelist, NumbersNamesByFirstAppearance) {
  const TemporaryFolder folder;
  const Dataset data = import_edgelist({.edges = write(folder / "e", "\"b, \"\"b\"\"\",a\na,7\n")});
  EXPECT_EQ(data.node_names, (Lines{"b, \"b\"", "a", "7"}));
  const Dataset gap = import_edgelist({.edges = write(folder / "gap", "0,2\n")});
  EXPECT_EQ(gap.node_names, (Lines{"0", "2"})) << "1 is nowhere, so names are no numbers";
}

TEST(Edgelist, JoinsFeaturesLabelsAndSplit) {
  const TemporaryFolder folder;
  const Dataset data =
      import_edgelist({.edges = write(folder / "e", "b,a\na,c\n"),
                       .features = write(folder / "f", "id,w,h\na,1,-2.5e1\nc,3,4\nb,5,+6\nz,7,1e-50\n"),
                       .labels = write(folder / "l", "a,red\nz,blue\nb,red\n"),
                       .split = write(folder / "s", "z,train\na,val\nb,test\n")});
  EXPECT_EQ(data.node_names, (Lines{"b", "a", "c", "z"}));
  EXPECT_TRUE(
      test::same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{5, 6}, {1, -25}, {3, 4}, {7, 0}}));
  EXPECT_EQ(data.class_names, (Lines{"blue", "red"}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{1, 1, -1, 0}));
  ASSERT_EQ(data.splits.size(), 1U);
  EXPECT_EQ(data.splits[0].train, std::vector<std::int64_t>{3});
  EXPECT_EQ(data.splits[0].val, std::vector<std::int64_t>{1});
  EXPECT_EQ(data.splits[0].test, std::vector<std::int64_t>{0});
  write_dataset(data, folder / "data.h5");
  EXPECT_EQ(read_dataset(folder / "data.h5").class_names, data.class_names);
}

TEST(Edgelist, OrdersClassesThatAreNumbersAsNumbers) {
  const TemporaryFolder folder;
  const Dataset data =
      import_edgelist({.edges = write(folder / "e", "0,1\n1,2\n"), .labels = write(folder / "l", "0,10\n1,9\n2,9\n")});
  EXPECT_EQ(data.class_names, (Lines{"9", "10"}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{1, 0, 0}));
  EXPECT_EQ(data.splits[0].name, "rand0");
}

TEST(Edgelist, KeepsTargetsAndWeights) {
  const TemporaryFolder folder;
  const Dataset data = import_edgelist({.edges = write(folder / "e", "0,1,0.5\n1,0,9\n2,1,0.25\n"),
                                        .labels = write(folder / "l", "0,1.5\n2,-2\n"),
                                        .weights = true,
                                        .task = TaskKind::node_regression});
  const Tensor& y = std::get<Tensor>(data.node_labels);
  EXPECT_EQ(y(0, 0), 1.5F);
  EXPECT_TRUE(std::isnan(y(1, 0)));
  EXPECT_EQ(y(2, 0), -2.0F);
  // Edges by destination: 1->0, 0->1, 2->1, 1->2.
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.edge_features), Tensor{{0.5F}, {0.5F}, {0.25F}, {0.25F}}));
}

TEST(Edgelist, LeavesOutBadRowsWhereAsked) {
  const TemporaryFolder folder;
  std::vector<std::string> told;
  EdgelistOptions options;
  options.edges = write(folder / "e", "0,1,0.5\n1\n1,,2\n3,2,x\n1,2,1\n");
  options.features = write(folder / "f", "0,1\n1,2\n1,3\n2,nan\n2,4\n2\n");
  options.labels = write(folder / "l", "0,a\n1,b\n2,a,c\n2,a\n");
  options.split = write(folder / "s", "0,train\n9,train\n1,dev\n1,val\n2,test\n");
  options.weights = true;
  options.directed = true;
  test::expect_throws<DataError>([&] { static_cast<void>(import_edgelist(options)); }, "e: line 2: has 1 fields");
  options.on_bad_row = [&](const std::string& problem) { told.push_back(problem); };
  const Dataset data = import_edgelist(options);
  // Node 3 is in a row that is left out alone.
  EXPECT_EQ(data.graph.num_nodes(), 3);
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.edge_features), Tensor{{0.5F}, {1.0F}}));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{1}, {2}, {4}}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{0, 1, 0}));
  EXPECT_EQ(data.splits[0].val, (std::vector<std::int64_t>{1}));
  const Lines expected = {"e: line 2", "e: line 3", "e: line 4", "f: line 3", "f: line 4",
                          "f: line 6", "l: line 3", "s: line 2", "s: line 3"};
  ASSERT_EQ(told.size(), expected.size());
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_NE(told[i].find(expected[i]), std::string::npos) << told[i];
  }
}

TEST(Edgelist, NamesFileAndLineOfWhatIsWrong) {
  const TemporaryFolder folder;
  const auto expect = [&](const EdgelistOptions& options, const std::string& message) {
    test::expect_throws<DataError>([&] { static_cast<void>(import_edgelist(options)); }, message);
  };
  const auto good = write(folder / "good", "0,1\n");
  expect({.edges = write(folder / "e", "# note\n0,1\n2\n")}, "e: line 3: has 1 fields, expected 2 or more");
  expect({.edges = write(folder / "e", "0,1\n2,\n")}, "e: line 2: a node has an empty name");
  expect({.edges = write(folder / "e", "0,1\n2,\xff\n")}, "e: line 2: is not valid UTF-8");
  expect({.edges = write(folder / "e", "0,1\n\"2,3\n")}, "e: line 2: a quoted field does not end");
  expect({.edges = write(folder / "e", "0,1,x\n"), .weights = true}, "e: line 1: 'x' is not a finite number");
  for (const std::string bad : {"1.5x", "nan", "inf", "1e99", "", "0x1", "1,5"}) {
    expect({.edges = good, .features = write(folder / "f", "0,1\n1," + bad + "\n")}, "f: line 2: ");
  }
  expect({.edges = good, .features = write(folder / "f", "0,1\n")}, "f: node '1' has no row");
  expect({.edges = good, .features = write(folder / "f", "0,1\n1,2\n0,3\n")}, "f: line 3: node '0' has a second row");
  expect({.edges = good, .labels = write(folder / "l", "0,a\n1,a,b\n")}, "l: line 2: has 3 fields, expected 2");
  expect({.edges = good, .labels = write(folder / "l", "0,\n")}, "l: holds no labels");
  expect({.edges = good, .labels = write(folder / "l", "0,a\n1,a\n"), .split = write(folder / "s", "0,train\n5,val\n")},
         "s: line 2: node '5' is in no other file");
  expect({.edges = good, .labels = write(folder / "l", "0,a\n1,a\n"), .split = write(folder / "s", "0,dev\n")},
         "s: line 1: 'dev' is not a set");
  expect({.edges = good, .labels = write(folder / "l", "0,a\n"), .split = write(folder / "s", "1,val\n")},
         "s: node '1' is unlabelled");
}

const std::string kPackages =
    "Package: app\nVersion: 1.0\nSection: contrib/net\nDepends: libx (>= 1), libx:any | missing\n"
    "Recommends: tool\nDescription: Network application\n fast and\n .\n small\nTag: role::secret\n\n"
    "Package: libx\nVersion: 2.0-1\nSection: libs\nPre-Depends: app\nDescription: Library for networks\n\n"
    "Package: tool\nVersion: 1:0.1\nSection: net\nSuggests: app [amd64], libx\n"
    "Description: Tool of old\n\n\n"
    "Package: tool\nVersion: 2:0.1\nSection: net\nSuggests: app [amd64], libx\nDescription: Tool of new\n"
    "Package: broken";

Dataset import_text(const TemporaryFolder& folder, const std::string& text, std::int64_t smallest_class = 1) {
  return import_debian({.packages = write(folder / "Packages", text), .smallest_class = smallest_class});
}

TEST(Debian, MakesATypedGraphOfDependencies) {
  const TemporaryFolder folder;
  const Dataset data = import_text(folder, kPackages.substr(0, kPackages.find("Package: broken")));
  EXPECT_EQ(data.node_names, (Lines{"app", "libx", "tool"}));
  EXPECT_EQ(data.class_names, (Lines{"libs", "net"}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{1, 0, 1}));
  // Into app (0): libx pre-depends (1), tool suggests (3). Into libx: app depends (0), tool suggests (3).
  // Into tool: app recommends (2), libx only as the way back (4).
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 2, 4, 6}));
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 2, 0, 2, 0, 1}));
  EXPECT_TRUE(std::ranges::equal(data.edge_type, std::vector<std::int32_t>{1, 3, 0, 3, 2, 4}));
  EXPECT_EQ(data.splits.size(), 3U);
  write_dataset(data, folder / "debian.h5");
  EXPECT_EQ(read_dataset(folder / "debian.h5").node_names, data.node_names);
}

TEST(Debian, TakesFeaturesFromDescriptionsOfTheLatestVersionsOnly) {
  const TemporaryFolder folder;
  const Dataset data = import_text(folder, kPackages.substr(0, kPackages.find("Package: broken")));
  // network application fast and small | library for networks | tool of new
  EXPECT_EQ(shape_of(data.node_features), (Shape{3, 11}));
  EXPECT_EQ(std::get<SparseMatrix>(data.node_features.in_memory()).num_entries(), 11);
}

TEST(Debian, LeavesSmallSectionsUnlabelled) {
  const TemporaryFolder folder;
  const Dataset data = import_text(folder, kPackages.substr(0, kPackages.find("Package: broken")), 2);
  EXPECT_EQ(data.class_names, Lines{"net"});
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{0, -1, 0}));
}

TEST(Debian, NamesFileAndLineOfWhatIsWrong) {
  const TemporaryFolder folder;
  test::expect_throws<DataError>([&] { import_text(folder, "Package: a\nno field\n"); },
                                 "Packages: line 2: is neither");
  test::expect_throws<DataError>([&] { import_text(folder, "Version: 1\n\n"); },
                                 "a package ends here that has no name");
  test::expect_throws<DataError>([&] { import_text(folder, "\n\n"); }, "holds no packages");
  test::expect_throws<DataError>([&] { import_text(folder, "Package: a\nSection: x\n", 2); }, "no section has 2");
}

TEST(Debian, SaysIfAptCacheIsMissing) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/none", 1);
  test::expect_throws<DataError>([] { static_cast<void>(import_debian()); },
                                 "apt-cache dumpavail: is not installed; give a Packages file instead");
  setenv("PATH", path.c_str(), 1);
}

TEST(Debian, ComparesVersionsAsDpkgDoes) {
  const Lines ascending = {"1.0~~", "1.0~rc1", "1.0", "1.0-1", "1.0-1+b1", "1.0a", "1.0+dfsg", "1.2", "1.10", "1:0.1"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t k = 0; k < ascending.size(); ++k) {
      const int order = compare_debian_versions(ascending[i], ascending[k]);
      EXPECT_EQ(order < 0, i < k) << ascending[i] << " " << ascending[k];
      EXPECT_EQ(order > 0, i > k) << ascending[i] << " " << ascending[k];
    }
  }
  EXPECT_EQ(compare_debian_versions("1.0", "1.00"), 0);
  EXPECT_EQ(compare_debian_versions("0:1.0-0", "1.0"), 0);
}

TEST(Debian, ImportsThisMachinesArchive) {
  if (std::system("test \"$(apt-cache dumpavail 2>/dev/null | grep -c '^Package:')\" -ge 60000") != 0) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "this machine does not know the packages of an archive";
    GTEST_SKIP() << "this machine does not know the packages of an archive";
  }
  const Dataset data = import_debian();
  EXPECT_GE(data.graph.num_nodes(), 60000);
  EXPECT_EQ(shape_of(data.node_features), (Shape{data.graph.num_nodes(), 4000}));
  const auto bash = std::find(data.node_names.begin(), data.node_names.end(), "bash") - data.node_names.begin();
  const auto libc = std::find(data.node_names.begin(), data.node_names.end(), "libc6") - data.node_names.begin();
  ASSERT_LT(bash, data.graph.num_nodes());
  EXPECT_TRUE(data.graph.has_edge({static_cast<NodeId>(bash), static_cast<NodeId>(libc)}));
  const std::int64_t label = std::get<1>(data.node_labels).at(static_cast<std::size_t>(bash));
  EXPECT_EQ(data.class_names.at(static_cast<std::size_t>(label)), "shells");
  const TemporaryFolder folder;
  write_dataset(data, folder / "debian.h5");
  EXPECT_EQ(read_dataset(folder / "debian.h5").graph.num_edges(), data.graph.num_edges());
}

}  // namespace
}  // namespace weft
