// Writes the inputs that fuzzing starts from: seeds FOLDER makes FOLDER/NAME/* for each target NAME_fuzz. All of them
// are small and sound, and reach every part of a format.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "tests/compressed_text.hpp"
#include "tests/fuzz/fuzz_input.hpp"
#include "tests/fuzz/zip_writer.hpp"

namespace weft::fuzz {
namespace {

namespace fs = std::filesystem;
using test::gzipped;
using test::xzipped;
using Files = std::vector<std::string>;

class Corpus {
 public:
  explicit Corpus(fs::path root) : root_(std::move(root)) {}
  void add(const std::string& target, const std::string& bytes) {
    fs::create_directories(root_ / target);
    std::ofstream(root_ / target / std::to_string(count_++), std::ios::binary) << bytes;
  }

 private:
  fs::path root_;
  int count_ = 0;
};

std::string letters(std::initializer_list<int> codes) {
  std::string text;
  for (const int code : codes) {
    text.push_back(static_cast<char>(code));
  }
  return text;
}

std::string joined(std::initializer_list<int> options, const Files& files) {
  std::string bytes = letters(options);
  for (std::size_t i = 0; i < files.size(); ++i) {
    bytes.append(i == 0 ? "" : kBetweenFiles).append(files[i]);
  }
  return bytes;
}

std::string npy(const std::string& type, const std::string& shape, const std::string& data, bool column_major = false) {
  const std::string header = "{'descr': '" + type + "', 'fortran_order': " + (column_major ? "True" : "False") +
                             ", 'shape': (" + shape + "), }\n";
  return std::string("\x93NUMPY\x01\x00", 8) + letters({static_cast<int>(header.size()), 0}) + header + data;
}

/// A pickle's short text (protocol 2), or one of four bytes of length.
std::string pickled(const std::string& bytes) {
  if (bytes.size() < 256) {
    return "U" + letters({static_cast<int>(bytes.size())}) + bytes;
  }
  return "T" + letters({static_cast<int>(bytes.size() & 255), static_cast<int>(bytes.size() >> 8), 0, 0}) + bytes;
}
std::string pickled(int number) {
  return "M" + letters({number & 255, number >> 8});
}

/// numpy.ndarray as Python 2 wrote it.
std::string pickled_array(const std::string& type, const std::vector<int>& shape, const std::string& data) {
  std::string extents;
  for (const int extent : shape) {
    extents += pickled(extent);
  }
  return "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK" + letters({0}) + "\x85" + pickled("b") +
         "\x87R(K\x01" + extents + (shape.size() == 1 ? "\x85" : "\x86") + "cnumpy\ndtype\n" + pickled(type) + "K" +
         letters({0}) + "K\x01\x87R(K\x03" + pickled("|") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK" + letters({0}) +
         "tb\x89" + pickled(data) + "tb";
}

/// scipy's csr_matrix of rows with one entry each, in column 0.
std::string pickled_rows(int rows, int cols) {
  std::string offsets, columns(static_cast<std::size_t>(rows), '\0');
  for (int i = 0; i <= rows; ++i) {
    offsets += letters({i & 255, i >> 8});
  }
  return "cscipy.sparse.csr\ncsr_matrix\n)R}(" + pickled("_shape") + pickled(rows) + pickled(cols) + "\x86" +
         pickled("data") + pickled_array("u1", {rows}, columns) + pickled("indices") +
         pickled_array("i1", {rows}, columns) + pickled("indptr") + pickled_array("i2", {rows + 1}, offsets) + "ub";
}

std::string pickle(const std::string& program) {
  return "\x80\x02" + program + ".";
}

/// Rows of two classes in turn.
std::string one_hot(int rows) {
  std::string data;
  for (int i = 0; i < rows; ++i) {
    data += i % 2 == 0 ? letters({1, 0}) : letters({0, 1});
  }
  return data;
}

void add_text(Corpus& corpus) {
  const std::string table = "id,x,y\n# all\n0,1.5,-2e3\n1,nan,\"a \"\"b\"\"\"\n\n2, +4 ,5\r\n";
  for (const char reader : {'\0', '\1', '\2'}) {
    const std::string first(1, reader);
    for (const std::string& text : {table, std::string("\xef\xbb\xbf") + "a\tb;c\n1 2  3\n",
                                    std::string("1,2\n3,nan\n,-7\n9223372036854775808,1e-50")}) {
      corpus.add("text", first + text);
      corpus.add("text", first + gzipped(text) + gzipped(text));
      corpus.add("text", first + xzipped(text));
    }
  }
}

void add_edgelist(Corpus& corpus) {
  const std::string edges = "source,target,w\n0,1,0.5\n1,2,1\n0,1,7\n2,2,-1\n";
  const std::string features = "id,a,b\n0,1,2\n1,3,4\n2,5,6\n";
  const std::string labels = "id,label\n0,5\n1,3\n2,\n";
  const std::string split = "0,train\n1,val\n";
  corpus.add("edgelist", joined({8 + 16 + 32 + 2}, {edges, features, labels, split}));
  corpus.add("edgelist", joined({16 + 4 + 1}, {"a b\nb \"c d\"\n", "a 1.5\nb -2\n\"c d\" 0\n"}));
  corpus.add("edgelist", joined({16}, {gzipped(edges), xzipped(labels)}));
  corpus.add("edgelist", joined({0}, {"% comment\nx;y\ny;z"}));
  corpus.add("edgelist", joined({128}, {"user,item,time,type\n0,0,5,a\n1,0,6,b\n"}));
  const std::string nodes = "id,y,n,c,d,f,t\n0,a,1,x,2001-02-03,yes,\"one\ntwo\"\n1,b,,y,2002-02-03,no,two three\n";
  corpus.add("edgelist", joined({64}, {"0,1\n", nodes}));
}

void add_links(Corpus& corpus) {
  corpus.add("links", joined({0 + 4}, {"0 2 0\n1 1\n2\n", "0 1\n"}));
  corpus.add("links", joined({0}, {"u::i::4.5::881250949\nu::j::3::881250950\n"}));
  corpus.add("links", joined({0}, {"user_id:token\titem_id:token\trating:float\nu\ti\t4\n"}));
  corpus.add("links", joined({1 + 4}, {"/m/a\tlikes\t/m/b\n/m/b\tknows\t/m/c\n", "/m/c\tlikes\t/m/a\n"}));
  corpus.add("links", joined({1}, {"2\n0 1 7\n1 2 8\n"}));
  corpus.add("links", joined({2}, {"% note\n4 2 011\n5 2 7\n1 1 7 4 9\n3\n1 2 9\n"}));
  corpus.add("links", joined({3 + 8}, {"#written by x\na b c # two\nd\nc b\n"}));
}

void add_mtx(Corpus& corpus) {
  const std::string real = "%%MatrixMarket matrix coordinate real general\n% by hand\n3 3 2\n1 2 0.5\n3 1 -1e3\n";
  const std::string pattern = "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 3\n";
  corpus.add("mtx", joined({1 + 2 + 8 + 16}, {real, "1 2\n3 4\n5 6\n", "0\n1\n-1\n"}));
  corpus.add("mtx", joined({4 + 16}, {pattern, "0.5,1\nnan,2\n,\n"}));
  corpus.add("mtx", joined({0}, {gzipped(real)}));
  corpus.add("mtx", joined({0}, {test::bzip2ed(real)}));
  corpus.add("mtx", joined({0}, {test::zstded(real)}));
}

/// The formats in the order of graphs_fuzz, which are eight apart.
void add_graphs(Corpus& corpus) {
  corpus.add("graphs",
             letters({1}) + R"({"directed": true, "graph": {"a": 1}, "nodes": [{"id": "a", "x": [1, 2], "y": null},
{"id": "b", "pos": {"x": NaN}}], "links": [{"source": "a", "target": "b", "weight": 2.5}]})");
  corpus.add("graphs", letters({6}) + R"({"elements": {"nodes": [{"data": {"id": 0}}], "edges": [{"data": {"source": 0,
"target": 1}}]}})");
  corpus.add("graphs", letters({0}) + R"({"nodes": [{"name": "a"}, {"name": "b"}], "links": [{"from": 0, "to": 1}]})");
  corpus.add("graphs", letters({8}) + R"(<graphml><key id="d" for="node" attr.name="c"><default>1</default></key>
<graph edgedefault="directed"><node id="n0"><data key="d">2</data><graph><node id="n1"/></graph></node><port/>
<edge source="n0" target="n1" directed="false"/><hyperedge/></graph></graphml>)");
  corpus.add("graphs", letters({16}) + R"(<gexf><graph defaultedgetype="undirected"><attributes class="node">
<attribute id="0" title="c"><default>1</default></attribute></attributes><nodes><node id="0" label="a" start="1"><attvalues>
<attvalue for="0" value="3"/></attvalues><viz:color/></node><node id="1" label="b"/></nodes><edges><edge source="0" target="1"
weight="2" type="mutual"/></edges></graph></gexf>)");
  corpus.add("graphs",
             letters({24 + 2}) + R"(graph [ directed 1 node [ id 0 label "a&amp;" x 1 x 2 graphics [ x [ y 1 ] ] ]
# remark
node [ id 1 label "b" ] edge [ source 0 target 1 value 3 ] ])");
  corpus.add("graphs", letters({32}) +
                           "*Vertices 3 1\n1 a 0.1 0.2 ellipse c 1\n2 \"b b\" ic Red\n3 c [1-2]\n"
                           "*Arcs :1 \"r\"\n1 2 3 l \"x\"\n*Edges :2\n2 3\n*Arcslist\n1 2 3\n");
  corpus.add("graphs", letters({32}) + "*Vertices 2\n*Matrix\n0 1\n2.5 0\n*Partition p\n*Vertices 2\n1\n2\n");
}

void add_tudataset(Corpus& corpus) {
  const std::string edges = "1, 2\n2, 1\n3, 4\n", indicator = "1\n1\n2\n2\n";
  corpus.add("tudataset", joined({0, 7 + 8 + 16}, {edges, indicator, "1\n-1\n", "0\n3\n1\n0\n", "0\n0\n2\n"}));
  corpus.add("tudataset", joined({1, 127}, {edges, indicator, "1\n-1\n", "0, 1\n3, 0\n1, 0\n0, 400\n", "0\n0\n2\n",
                                            "0.5, 1\n1, 2\n-3, 4\n5, 6e2\n", "1.5\n2\n3\n"}));
  corpus.add("tudataset", joined({6, 3 + 128}, {edges, indicator, "0.5, nan\n-1.25, 7\n"}));
  corpus.add("tudataset", joined({1, 7 + 64}, {edges, indicator, "7\n7\n", "1\n2\n3\n"}));
}

void add_ogb(Corpus& corpus) {
  corpus.add("ogb", joined({2, 1 + 2 + 4 + 8 + 32 + 128, 1 + 2},
                           {"3\n", "2\n", "0,1\n2,1\n", "0.5,1\n1,2\n2,3\n", "1\n0\n4\n", "2\n0\n", "1\n", ""}));
  corpus.add("ogb", joined({0, 1 + 2 + 4 + 8 + 16 + 64 + 128, 3},
                           {"2\n1\n3\n", "1\n0\n2\n", "0,1\n0,2\n2,1\n", "5,0\n6,0\n7,1\n5,1\n5,0\n8,0\n", "0\n3\n1\n",
                            "0,1\n,1\n1,0\n", "0\n", "2\n", "1\n"}));
  corpus.add("ogb", joined({1, 1 + 2 + 4 + 64, 0}, {gzipped("2\n1\n"), "1\n0\n", gzipped("0,1\n"), "0.5\n-1e3\n"}));
}

void add_arrays(Corpus& corpus) {
  const std::string labels = npy("<i2", "3,", letters({0, 0, 1, 0, 255, 255}));
  const std::string edges = npy("|u1", "2, 2", letters({0, 1, 1, 2}));
  const std::string masks = npy("|b1", "1, 3", letters({1, 0, 0}));
  const std::string other_masks = npy("|b1", "1, 3", letters({0, 1, 0}));
  const std::string none = npy("|b1", "1, 3", letters({0, 0, 0}));
  const std::string halves = npy("<f2", "3, 2", letters({0, 60, 0, 0, 0, 64, 0, 0, 0, 188, 0, 0}));
  corpus.add("npz", joined({63, 0, 0}, {edges, labels, halves, masks, other_masks, none}));
  const std::string offsets = npy("<i4", "4,", letters({0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0}));
  const std::string columns = npy(">i2", "2,", letters({0, 1, 0, 2}));
  const std::string values = npy("<f4", "2,", letters({0, 0, 128, 63, 0, 0, 0, 64}));
  const std::string square = npy("<i8", "2,", letters({3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0}));
  corpus.add("npz", joined({64 + 128, 1 + 2 + 8 + 16 + 32 + 64, 128},
                           {offsets, columns, square, labels, offsets, columns, values, square}));
  corpus.add("npz",
             joined({64 + 128, 2 + 4, 0}, {offsets, columns, labels, npy("<f4", "3, 1", std::string(12, '\0'), true)}));
  corpus.add("npz", joined({0, 128, 1 + 2 + 4}, {offsets, columns, square, npy("|S3", "", "csr")}));
  for (const std::string& array :
       {labels, edges, masks, halves, offsets, columns, values, square,
        npy(">f8", "1,", letters({63, 240, 0, 0, 0, 0, 0, 0})), npy("<u8", "1,", std::string(8, '\1')),
        npy("<i4", "2, 2", std::string(16, '\2'), true), npy("<i8", "0,", "")}) {
    corpus.add("npy", array);
  }
}

void add_pickles(Corpus& corpus) {
  corpus.add("pickle", pickle("}(K\x01](K\x02J\xfd\xff\xff\xff"
                              "eU\x02"
                              "abN\x88\x86u"));
  corpus.add("pickle", pickle(pickled_array("i2", {2, 2}, "abcdefgh")));
  corpus.add("pickle", pickle(pickled_rows(3, 4)));
  corpus.add("pickle", "\x80\x04\x95" + std::string(8, '\0') +
                           "\x8c\x0b"
                           "collections\x8c\x0b"
                           "defaultdict\x93\x94\x8c\x08"
                           "builtins\x8c\x04"
                           "list\x93\x85R\x94h" +
                           letters({1}) +
                           "K\x01]\x94K\x02"
                           "as.");
  const std::string graph = "}(K" + letters({0}) +
                            "](K\x01"
                            "M\xf4\x01"
                            "eK\x01](K" +
                            letters({0}) + "eu";
  corpus.add("planetoid",
             joined({}, {"501\n500\n", pickle(graph), pickle(pickled_rows(500, 3)), pickle(pickled_rows(2, 3)),
                         pickle(pickled_array("u1", {500, 2}, one_hot(500))),
                         pickle(pickled_array("u1", {2, 2}, one_hot(2))), pickle(pickled_array("u1", {0, 2}, ""))}));
}

void add_smiles(Corpus& corpus) {
  corpus.add("smiles", joined({4}, {"smiles,y\nCCO,0.5\nc1ccccc1,1\n[13C@H](F)(Cl)Br,nan\n"}));
  corpus.add("smiles", joined({4 + 8 + 16}, {"y,smiles\nred,C/C=C\\C\nblue,[O-][N+](=O)c1ccncc1\n,C#N\n"}));
  corpus.add("smiles", joined({0}, {"CC(C)(C)C1CCC2CC1O2 name\nbroken((\n[Na+].[Cl-]\nC%12CC%12 x\n"}));
  corpus.add("smiles", joined({3}, {"CS(=O)(=O)C\t1\nOP(O)(O)=O\t0\n"}));
}

void add_debian(Corpus& corpus) {
  const std::string index =
      "Package: a\nVersion: 1:2.0~rc1-3+b1\nSection: contrib/libs\nDepends: b (>= 1) | c:any, d [amd64] <!x>\n"
      "Description: a shared library\n of things and more things\n\nPackage: b\nVersion: 1\nSection: net\n"
      "Recommends: a\nSuggests: b\n\nPackage: a\nVersion: 1:2.0-1\nSection: net\nPre-Depends: b\n";
  corpus.add("debian", index);
  corpus.add("debian", gzipped(index));
}

void add_zip(Corpus& corpus) {
  ZipWriter small;
  small.add("T/", "");
  small.add("T/T_A.txt", "1, 2\n");
  small.add("T/x/y.txt", "");
  corpus.add("zip", small.finish());
  ZipWriter none;
  corpus.add("zip", none.finish());
}

/// Decisions byte by byte; a sound file of each layout comes of zeros. See h5ad_fuzz.cpp.
void add_h5ad(Corpus& corpus) {
  for (int layout = 0; layout < 32; ++layout) {
    corpus.add("h5ad", letters({layout}) + std::string(16, '\0'));
  }
}

}  // namespace
}  // namespace weft::fuzz

int main(int count, char** arguments) {
  using namespace weft::fuzz;
  if (count != 2) {
    std::cerr << "usage: seeds FOLDER\n";
    return 2;
  }
  Corpus corpus(arguments[1]);
  add_text(corpus);
  add_edgelist(corpus);
  add_links(corpus);
  add_mtx(corpus);
  add_graphs(corpus);
  add_tudataset(corpus);
  add_ogb(corpus);
  add_arrays(corpus);
  add_pickles(corpus);
  add_smiles(corpus);
  add_debian(corpus);
  add_zip(corpus);
  add_h5ad(corpus);
  return 0;
}
