// Files of other kinds where a dataset is expected: each is told by what it holds, with the command that reads it.
#include <unistd.h>

#include "tests/cli_fixture.hpp"
#include "weft/cli/foreign_files.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft::test {
namespace {

namespace fs = std::filesystem;

class ForeignFiles : public Cli {
 protected:
  std::string why(const std::string& name, const std::string& content) const {
    write_content(path(name), content);
    return cli::why_no_dataset(path(name));
  }
  /// The format that is named, or "".
  std::string format(const std::string& name, const std::string& content) const {
    const std::string text = why(name, content), before = "`weft import ";
    const std::size_t at = text.find(before);
    return at == std::string::npos
               ? ""
               : text.substr(at + before.size(), text.find(' ', at + before.size()) - at - before.size());
  }
  static bool reads(std::string_view name) {
    return std::ranges::find(importers(), name, &ImporterInfo::name) != importers().end();
  }
};

TEST_F(ForeignFiles, AreToldByTheirNamesAndFirstBytes) {
  EXPECT_EQ(format("e.csv", "source,target\n1,2\n"), "edgelist");
  EXPECT_EQ(format("e.tsv.gz", "\x1f\x8b"), "edgelist");
  EXPECT_EQ(format("web.TXT", "# a comment\n1 2\n"), "edgelist");
  EXPECT_EQ(format("m.mtx", "%%MatrixMarket matrix\n"), "mtx");
  EXPECT_EQ(format("noname", "%%MatrixMarket matrix\n"), "mtx");
  EXPECT_EQ(format("m.npz", "PK"), "npz");
  EXPECT_EQ(format("m.h5ad", "\x89HDF\r\n\x1a\n"), "h5ad");
  EXPECT_EQ(format("PROTEINS.zip", "PK"), "tudataset");
  EXPECT_EQ(format("g.graphml", "<graphml"), "graphml");
  EXPECT_EQ(format("g.gexf.bz2", "BZh"), "gexf");
  EXPECT_EQ(format("g.gml", "graph ["), "gml");
  EXPECT_EQ(format("g.net", "*Vertices 3"), "pajek");
  EXPECT_EQ(format("g.json.zst", "\x28\xb5\x2f\xfd"), "json");
  EXPECT_EQ(format("g.db", "SQLite format 3"), "sqlite");
  if (reads("smiles")) {
    EXPECT_EQ(format("m.smi", "CCO\n"), "smiles");
    EXPECT_EQ(format("m.csv", "id,smiles,y\n1,C,2\n"), "smiles");
    EXPECT_EQ(format("n.csv", "name,structure\nbenzene,c1ccccc1\n"), "smiles");
  }
  EXPECT_NE(why("e.csv", "1,2\n")
                .find("is a table, expected a dataset, which `weft import edgelist " + path("e.csv").string() +
                      " -o e.h5` makes of it"),
            std::string::npos);
  EXPECT_NE(why("g.pt", "\x80").find("is a file of PyTorch that Weft does not read"), std::string::npos);
}

TEST_F(ForeignFiles, AreTablesOfNodesWhereTheirHeaderNamesNoEndsAndNoMolecules) {
  // Cells may be spelled with the letters of atoms.
  const std::string text = why("cust.csv", "customer,plan,age,code\nana,C1CC1(O),34,c1ccccc1\n");
  EXPECT_NE(text.find("`weft import edgelist EDGES --nodes " + path("cust.csv").string() + " -o cust.h5`"),
            std::string::npos)
      << text;
  EXPECT_EQ(format("trade.csv", "from,to,code\na,c1ccccc1,2\n"), "edgelist");
  EXPECT_EQ(why("trade.csv", "from,to,code\na,c1ccccc1,2\n").find("--nodes"), std::string::npos);
  EXPECT_EQ(why("likes.csv", "user,item,stars\na,b,2\n").find("--nodes"), std::string::npos);
  EXPECT_EQ(why("plain.csv", "1,2,3\n4,5,6\n").find("--nodes"), std::string::npos);
  if (reads("smiles")) {
    EXPECT_EQ(format("bare.csv", "c1ccccc1,2\n"), "smiles");
    EXPECT_EQ(format("d.csv", "Drug_ID,Drug,Y\nx,CC(=O)O,2\n"), "smiles");
  }
}

TEST_F(ForeignFiles, AreNoneWhereAFileMayBeADatasetOrIsOfNoKnownKind) {
  EXPECT_EQ(why("a.h5", "\x89HDF\r\n\x1a\n"), "");
  EXPECT_EQ(why("a.h5", "junk"), "");
  EXPECT_EQ(why("b.csv", "\x89HDF\r\n\x1a\n"), "") << "whatever it is called";
  EXPECT_EQ(cli::why_no_dataset(path("nowhere.csv")), "");
  EXPECT_EQ(cli::why_no_dataset("/dev/null"), "");
}

TEST_F(ForeignFiles, AreFoldersToo) {
  fs::create_directories(path("MUTAG"));
  EXPECT_EQ(cli::why_no_dataset(path("MUTAG")), "");
  EXPECT_EQ(format("MUTAG/MUTAG_A.txt", "1, 2\n"), "edgelist");
  EXPECT_NE(
      cli::why_no_dataset(path("MUTAG/")).find("`weft import tudataset " + path("MUTAG/").string() + " -o MUTAG.h5`"),
      std::string::npos)
      << cli::why_no_dataset(path("MUTAG/"));
  make_sbm();
  ASSERT_EQ(weft({"train", "sbm.h5", "--epochs", "1", "-o", "run", "-q"}).code, 0);
  const CommandResult swapped = weft({"info", "run"});
  EXPECT_EQ(swapped.code, 3);
  EXPECT_NE(swapped.err.find("run: is a run folder, expected a dataset"), std::string::npos) << swapped.err;
}

TEST_F(ForeignFiles, AreRefusedByEveryCommandThatReadsADataset) {
  write_content(path("e.csv"), "source,target\n1,2\n");
  make_sbm();
  ASSERT_EQ(weft({"train", "sbm.h5", "--epochs", "1", "-o", "run", "-q"}).code, 0);
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"train", "e.csv"},
                                                    {"info", "e.csv"},
                                                    {"evaluate", "run", "e.csv"},
                                                    {"report", "run", "e.csv"}}) {
    const CommandResult result = weft(arguments);
    EXPECT_EQ(result.code, 3) << result.err;
    EXPECT_NE(result.err.find("`weft import edgelist e.csv -o e.h5`"), std::string::npos) << result.err;
  }
}

TEST_F(ForeignFiles, AreNotTakenForADatasetOfAnotherName) {
  fs::create_directories(path("data"));
  make_sbm();
  fs::rename(path("sbm.h5"), path("data/wordnet.h5"));
  const char* outside = std::getenv("WEFT_DATA");
  const std::string before = outside != nullptr ? outside : "";
  setenv("WEFT_DATA", path("data").c_str(), 1);
  const CommandResult result = weft({"info", "wordent"});
  setenv("WEFT_DATA", before.c_str(), 1);
  EXPECT_EQ(result.code, 3);
  EXPECT_NE(result.err.find("did you mean 'wordnet'?"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace weft::test
