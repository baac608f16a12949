// Broken and hostile files through the command: each ends in exit code 3 and one line that names the file and what is
// wrong in it, soon, and leaves nothing behind.

#include <map>

#include "tests/cli_fixture.hpp"
#include "tests/compressed_text.hpp"
#include "tests/imported_data.hpp"

namespace weft::test {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;

const std::string kBanner = "%%MatrixMarket matrix coordinate pattern general\n";

std::string npy(const std::string& type, const std::string& shape, const std::string& data) {
  const std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }\n";
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + data;
}

class BrokenImport : public Cli {
 protected:
  /// The folder stays as it is, and the message holds `expected`.
  void expect_refused(const std::vector<std::string>& arguments, const std::string& expected) {
    std::vector<std::string> command = {"import"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.insert(command.end(), {"-o", "out.h5"});
    const CommandResult result = weft(command);
    EXPECT_EQ(result.code, 3) << result.err;
    EXPECT_EQ(result.err.rfind("weft: ", 0), 0U) << result.err;
    EXPECT_NE(result.err.find(expected), std::string::npos) << result.err << "expected: " << expected;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    for (const auto& entry : fs::directory_iterator(path("."))) {
      EXPECT_FALSE(entry.path().filename().string().starts_with("out.h5")) << entry.path();
    }
  }
  void write_all(const Files& files) {
    for (const auto& [name, content] : files) {
      write_content(path(name), content);
    }
  }
};

TEST_F(BrokenImport, OfAnEdgeList) {
  write_all({{"good", "0,1\n1,2\n"},
             {"empty", ""},
             {"nul", std::string("0,1\n1,\0\n", 8)},
             {"cut.gz", gzipped("0,1\n1,2\n").substr(0, 20)},
             {"bytes", "0,1\n\xff\xfe,2\n"},
             {"nan", "0,1.5\n1,nan\n"},
             {"none", "0,\n1,nan\n"},
             {"few", "0,1\n1\n"}});
  expect_refused({"edgelist", "empty"}, "empty: holds no edges");
  expect_refused({"edgelist", "nul"}, "nul: line 2: holds a NUL byte");
  expect_refused({"edgelist", "cut.gz"}, "cut.gz: the compressed data is cut short, after line");
  expect_refused({"edgelist", "bytes"}, "bytes: line 2: is not valid UTF-8");
  expect_refused({"edgelist", "few"}, "few: line 2: has 1 fields, expected 2 or more");
  expect_refused({"edgelist", "good", "--labels", "none", "--regression"}, "none: holds no labels");
  expect_refused({"edgelist", "good", "--features", "nan"}, "nan: line 2: 'nan' is not a finite number");
  expect_refused({"edgelist", "missing"}, "missing: cannot be opened");
}

TEST_F(BrokenImport, OfAMatrix) {
  write_all({{"empty", ""},
             {"lying", kBanner + "4000000000 4000000000 1\n1 1\n"},
             {"more", kBanner + "3 3 9223372036854775807\n1 1\n"},
             {"less", kBanner + "3 3 1\n1 1\n2 2\n"},
             {"negative", kBanner + "3 3 1\n-1 2\n"},
             {"huge", kBanner + "3 3 1\n1 9223372036854775808\n"},
             {"nul", kBanner + std::string("3 3 1\n1\0 2\n", 11)},
             {"bomb.gz", gzipped(kBanner + std::string(std::size_t{160} << 20, '\n'))},
             {"cut.gz", gzipped(kBanner + "3 3 1\n1 2\n").substr(0, 60)},
             {"good", kBanner + "2 2 1\n1 2\n"},
             {"classes", "0\none\n"}});
  expect_refused({"mtx", "empty"}, "empty: is empty, expected a Matrix Market file");
  expect_refused({"mtx", "lying"}, "lying: declares 4000000000 rows for 1 entries");
  expect_refused({"mtx", "more"}, "more: has 1 entries, expected 9223372036854775807");
  expect_refused({"mtx", "less"}, "less: line 4: is one entry more than the 1 declared");
  expect_refused({"mtx", "negative"}, "negative: line 3: row -1, expected 1 to 3");
  expect_refused({"mtx", "huge"}, "huge: line 3: '9223372036854775808' is not an integer of 64 bits");
  expect_refused({"mtx", "nul"}, "nul: line 3: holds a NUL byte");
  expect_refused({"mtx", "bomb.gz"}, "bomb.gz: expands to more than");
  expect_refused({"mtx", "cut.gz"}, "cut.gz: the compressed data is cut short");
  expect_refused({"mtx", "good", "--labels", "classes"}, "classes: line 2: 'one' is not a finite number of 32 bits");
}

TEST_F(BrokenImport, OfATuDataset) {
  const std::pair<std::string, std::string> indicator = {"T_graph_indicator.txt", "1\n1\n"};
  const std::pair<std::string, std::string> labels = {"T_graph_labels.txt", "1\n"};
  write_zip(path("out.zip"), {{"../T_A.txt", "1,2\n"}, indicator, labels});
  write_zip(path("bomb.zip"), {{"T_A.txt", std::string(std::size_t{200} << 20, '\n')}, indicator, labels});
  write_zip(path("nan.zip"), {{"T_A.txt", "1,2\n"}, indicator, {"T_graph_labels.txt", "nan\n"}});
  write_zip(path("huge.zip"), {{"T_A.txt", "1,18446744073709551617\n"}, indicator, labels});
  write_zip(path("short.zip"), {{"T_A.txt", "1,2\n"}, indicator, {"T_node_labels.txt", "1\n"}, labels});
  write_content(path("empty.zip"), "");
  expect_refused({"tudataset", "out.zip"}, "out.zip: ../T_A.txt: is a name that leads out");
  expect_refused({"tudataset", "bomb.zip"}, "bomb.zip: T_A.txt: expands to more than");
  expect_refused({"tudataset", "nan.zip"}, "T_graph_labels.txt: line 1: 'nan' is not an integer");
  expect_refused({"tudataset", "huge.zip"}, "T_A.txt: line 1: '18446744073709551617' is not an integer");
  expect_refused({"tudataset", "short.zip"}, "T_node_labels.txt: has 1 rows, expected 2");
  expect_refused({"tudataset", "empty.zip"}, "empty.zip: cannot be opened as a zip archive");
}

TEST_F(BrokenImport, OfArchivesOfArrays) {
  const std::string two(16, '\0');
  write_zip(path("lying.npz"),
            {{"edges.npy", npy("<i8", "4611686018427387904, 2", two)}, {"node_labels.npy", npy("<i8", "2,", two)}});
  write_zip(path("objects.npz"), {{"edges.npy", npy("|O", "1,", two)}, {"node_labels.npy", npy("|O", "2,", two)}});
  write_zip(path("outside.npz"), {{"edges.npy", npy("<i8", "1, 2", std::string(8, '\0') + std::string(8, '\xff'))},
                                  {"node_labels.npy", npy("<i8", "2,", two)}});
  expect_refused({"npz", "lying.npz"}, "lying.npz: edges: has shape [4611686018427387904, 2], too large to exist");
  expect_refused({"npz", "objects.npz"}, "objects.npz: node_labels: holds Python objects, which would run code");
  expect_refused({"npz", "outside.npz"}, "outside.npz: edges: has node -1 at 1, expected 0 to 1");
}

TEST_F(BrokenImport, OfAnOgbFolder) {
  const Files good = {{"raw/num-node-list.csv.gz", gzipped("2\n")},
                      {"raw/num-edge-list.csv.gz", gzipped("1\n")},
                      {"raw/edge.csv.gz", gzipped("0,1\n")},
                      {"raw/node-label.csv.gz", gzipped("0\n1\n")}};
  const auto expect = [&](const std::string& name, const std::string& content, const std::string& expected) {
    fs::remove_all(path("raw"));
    write_all(good);
    write_content(path("raw/" + name + ".csv.gz"), content);
    expect_refused({"ogb", "."}, expected);
  };
  expect("num-node-list", "4000000000\n", "num-node-list.csv.gz: declares 4000000000 nodes for 1 edges");
  expect("num-edge-list", "1000000000000\n", "edge.csv.gz: has 1 rows, expected more");
  expect("edge", gzipped("0,1\n").substr(0, 15), "edge.csv.gz: the compressed data is cut short");
  expect("edge", "0,-1\n", "edge.csv.gz: line 1: node -1, expected 0 to 1");
  expect("node-label", "0\nred\n", "node-label.csv.gz: line 2: 'red' is not a finite number");
}

TEST_F(BrokenImport, OfPicklesThatWouldRunCode) {
  const std::string ran = path("ran");
  write_all(
      {{"ind.x.test.index", "0\n"},
       {"ind.x.graph", ""},
       {"ind.x.ally",
        "\x80\x02"
        "cos\nsystem\nX" +
            std::string(1, static_cast<char>(ran.size() + 6)) + std::string(3, '\0') + "touch " + ran + "\x85R."}});
  expect_refused({"planetoid", "."}, "ind.x.ally: byte 2: names 'os system', which would run code");
  EXPECT_FALSE(fs::exists(ran));
  write_content(path("ind.x.test.index"), "0\n9223372036854775808\n");
  expect_refused({"planetoid", "."}, "ind.x.test.index: line 2: '9223372036854775808' is not an integer");
}

TEST_F(BrokenImport, OfDebianIndexesAndCellFiles) {
  write_all({{"Packages", "Package: a\nSection: net\nno field\n"}, {"empty", ""}, {"text.h5ad", "no HDF5\n"}});
  expect_refused({"debian", "Packages"}, "Packages: line 3: is neither 'Field: value' nor a continuation");
  expect_refused({"debian", "empty"}, "empty: holds no packages");
  expect_refused({"h5ad", "text.h5ad"}, "text.h5ad: is not an HDF5 file");
  expect_refused({"h5ad", "empty"}, "empty: is empty, expected an HDF5 file");
}

// The start of UTF-8, lines that end as on other systems, no end of the last line, and names that look like numbers.
TEST_F(Cli, ImportsTextAsOtherSystemsWriteIt) {
  write_content(path("edges"),
                "\xef\xbb\xbf"
                "a,b\r\nb,-1\r\n-1,9223372036854775808");
  ASSERT_EQ(weft({"import", "edgelist", "edges", "-o", "e.h5"}).code, 0);
  EXPECT_EQ(weft_json({"info", "e.h5"})["nodes"], 4);
  write_content(path("a.mtx"), "\xef\xbb\xbf" + kBanner.substr(0, kBanner.size() - 1) + "\r\n2 2 1\r\n1 2");
  ASSERT_EQ(weft({"import", "mtx", "a.mtx", "-o", "m.h5"}).code, 0);
  EXPECT_EQ(weft_json({"info", "m.h5"})["edges"], 2);
}

TEST_F(Cli, TellsOfRowsThatItLeavesOut) {
  std::string text = "0,1\n";
  for (int i = 0; i < 7; ++i) {
    text += "broken\n";
  }
  write_content(path("edges"), text + "1,2\n");
  EXPECT_EQ(weft({"import", "edgelist", "edges", "-o", "e.h5"}).code, 3);
  const CommandResult result = weft({"import", "edgelist", "edges", "--skip-bad-rows", "-o", "e.h5"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.err.find("left out: edges: line 2: has 1 fields"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("line 6"), std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("line 7"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("left out 7 rows, of which the first 5 are named above"), std::string::npos) << result.err;
  EXPECT_EQ(weft_json({"info", "e.h5"})["edges"], 4);
}

}  // namespace
}  // namespace weft::test
