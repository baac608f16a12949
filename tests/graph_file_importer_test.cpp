// Whole graphs in JSON, GraphML, GEXF, GML and Pajek's format: the same dataset as from tables of their nodes and
// edges.
#include "weft/io/importers/graph_file_importer.hpp"

#include <string>
#include <utility>
#include <vector>

#include "tests/imported_data.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/error.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft {
namespace {

using test::expect_same_dataset;
using test::expect_throws;
using test::TemporaryFolder;
using test::write_content;
using Texts = std::vector<std::pair<std::string, std::string>>;
using Lines = std::vector<std::string>;

ImportJob job_of(const std::string& format, const std::filesystem::path& input, const Texts& texts) {
  Options options(importer_info(format).options);
  for (const auto& [name, text] : texts) {
    options.set(name, text);
  }
  return {.input = input, .options = options, .default_name = "g"};
}

class GraphFiles : public testing::Test {
 protected:
  Dataset read(const std::string& format, const std::string& content, const Texts& texts = {}) const {
    return import_dataset(format, job_of(format, write_content(folder_ / ("g." + format), content), texts));
  }
  Dataset of_tables(const std::string& edges, const std::string& nodes, Texts texts) const {
    texts.emplace_back("nodes", write_content(folder_ / "nodes.csv", nodes).string());
    return import_dataset("edgelist", job_of("edgelist", write_content(folder_ / "edges.csv", edges), texts));
  }
  void refuse(const std::string& format, const std::string& content, const std::string& why,
              const Texts& texts = {}) const {
    SCOPED_TRACE(content);
    expect_throws<DataError>([&] { (void)read(format, content, texts); }, "g." + format + ": " + why);
  }

  const TemporaryFolder folder_;
};

bool says(const Dataset& data, const std::string& sentence) {
  return std::ranges::find(data.assumed, sentence) != data.assumed.end();
}

/// Three people and what they know of each other, as each format has it.
const char* const kNodes = "id,club,age\nann,a,20\nbob,b,\ncal,a,40\n";
const char* const kEdges = "source,target,weight\nann,bob,2\nbob,cal,0.5\n";
const Texts kLabel = {{"label", "club"}};

const Texts kSame = {
    {"json", R"({"directed": false, "multigraph": false, "graph": {"name": "x"},
 "nodes": [{"club": "a", "age": 20, "id": "ann"}, {"club": "b", "age": null, "id": "bob"}, {"id": "cal", "club": "a", "age": 40}],
 "links": [{"weight": 2, "source": "ann", "target": "bob"}, {"weight": 0.5, "source": "bob", "target": "cal"}]})"},
    {"json", R"({"edges":[{"source":"ann","target":"bob","weight":2},{"source":"bob","target":"cal","weight":0.5}],
"nodes":[{"id":"ann","club":"a","age":20},{"id":"bob","club":"b","age":NaN},{"id":"cal","club":"a","age":40}],"directed":false})"},
    {"json", R"({"directed": false, "elements": {
"nodes": [{"data": {"id": "ann", "club": "a", "age": 20}}, {"data": {"id": "bob", "club": "b"}}, {"data": {"id": "cal", "club": "a", "age": 40}}],
"edges": [{"data": {"weight": 2, "source": "ann", "target": "bob"}}, {"data": {"weight": 0.5, "source": "bob", "target": "cal"}}]}})"},
    {"graphml", R"(<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="d2" for="edge" attr.name="weight" attr.type="double" />
  <key id="d1" for="node" attr.name="age" attr.type="long" />
  <key id="d0" for="node" attr.name="club" attr.type="string"><default>a</default></key>
  <graph edgedefault="undirected">
    <node id="ann"><data key="d0">a</data><data key="d1">20</data></node>
    <node id="bob"><data key="d0">b</data></node>
    <node id="cal"><data key="d1">40</data></node>
    <edge source="ann" target="bob"><data key="d2">2</data></edge>
    <edge source="bob" target="cal"><data key="d2">0.5</data></edge>
  </graph>
</graphml>)"},
    {"graphml", R"(<g:graphml xmlns:g="http://graphml.graphdrawing.org/xmlns">
  <g:key id="c" for="node" attr.name="club" attr.type="string"/><g:key id="a" for="all" attr.name="age" attr.type="long"/>
  <g:key id="v" for="node" attr.name="name" attr.type="string"/><g:key id="w" for="edge" attr.name="weight" attr.type="double"/>
  <g:graph id="G" edgedefault="undirected">
    <g:node id="n0"><g:data key="v">ann</g:data><g:data key="c">a</g:data><g:data key="a">20</g:data></g:node>
    <g:node id="n1"><g:data key="v">bob</g:data><g:data key="c">b</g:data></g:node>
    <g:node id="n2"><g:data key="v">cal</g:data><g:data key="c"><![CDATA[a]]></g:data><g:data key="a">40</g:data></g:node>
    <g:edge source="n0" target="n1"><g:data key="w">2</g:data></g:edge>
    <g:edge source="n1" target="n2"><g:data key="w">0.5</g:data></g:edge>
  </g:graph></g:graphml>)"},
    {"gexf", R"(<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2"><graph defaultedgetype="undirected" mode="static">
  <attributes class="node"><attribute id="0" title="club" type="string"/><attribute id="1" title="age" type="integer"/></attributes>
  <nodes>
    <node id="0" label="ann"><attvalues><attvalue for="0" value="a"/><attvalue for="1" value="20"/></attvalues></node>
    <node id="1" label="bob"><attvalues><attvalue for="0" value="b"/></attvalues></node>
    <node id="2" label="cal"><attvalues><attvalue for="0" value="a"/><attvalue for="1" value="40"/></attvalues></node>
  </nodes>
  <edges><edge id="0" source="0" target="1" weight="2"/><edge id="1" source="1" target="2" weight="0.5"/></edges>
</graph></gexf>)"},
    {"gml", R"(Creator "someone"
graph [
  directed 0
  # of three
  node [ id 0 label "ann" club "a" age 20 ]
  node [ id 1 label "bob" club "b" ]
  node [
    id 2
    label "cal"
    club "&#97;"
    age 40
  ]
  edge [ source 0 target 1 weight 2 ]
  edge [ source 1 target 2 weight 0.5 ]
]
)"},
    {"pajek", R"(*Vertices 3
1 ann 0.0 0.0 ellipse club a age 20
2 "bob" 0.0 0.0 ellipse club b
3 "cal" 0.0 0.0 ellipse club "a" age 40
*Edges
1 2 2
2 3 0.5
)"},
};

TEST_F(GraphFiles, AreWhatTablesOfTheirNodesAndEdgesAre) {
  const Dataset expected = of_tables(kEdges, kNodes, kLabel);
  ASSERT_EQ(expected.node_names, (Lines{"ann", "bob", "cal"}));
  for (const auto& [format, content] : kSame) {
    SCOPED_TRACE(content);
    Dataset data = read(format, content, kLabel);
    EXPECT_EQ(data.source, "g." + format);
    data.source = expected.source;
    expect_same_dataset(data, expected);
    EXPECT_EQ(data.names.features, expected.names.features);
    EXPECT_EQ(data.encoder, expected.encoder);
    EXPECT_EQ(data.names.edge_features, expected.names.edge_features);
    EXPECT_EQ(data.weight_column, expected.weight_column);
    EXPECT_TRUE(says(data, "attribute 'age' is a number, 1 missing are the mean 30 and marked in 'age=missing'"));
  }
}

TEST_F(GraphFiles, AreDirectedAsTheySay) {
  const Dataset expected = of_tables("source,target\nann,bob\nbob,cal\n", kNodes, {{"directed", "true"}});
  const Texts directed = {
      {"json",
       R"({"directed": true, "nodes": [], "links": [{"source": "ann", "target": "bob"}, {"source": "bob", "target": "cal"}]})"},
      {"graphml",
       R"(<graphml><graph edgedefault="directed"><edge source="ann" target="bob"/><edge source="bob" target="cal"/></graph></graphml>)"},
      {"gexf",
       R"(<gexf><graph defaultedgetype="directed"><edges><edge source="ann" target="bob"/><edge source="bob" target="cal"/></edges></graph></gexf>)"},
      {"gml", "graph [ directed 1 edge [ source ann target bob ] edge [ source bob target cal ] ]"},
      {"pajek", "*Vertices 3\n1 ann\n2 bob\n3 cal\n*Arcs\n1 2\n2 3\n"}};
  for (const auto& [format, content] : directed) {
    SCOPED_TRACE(content);
    const Dataset data = read(format, content);
    EXPECT_TRUE(data.directed);
    EXPECT_TRUE(std::ranges::equal(data.graph.sources(), expected.graph.sources()));
    EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), expected.graph.offsets()));
    EXPECT_FALSE(read(format, content, {{"undirected", "true"}}).directed);
  }
  EXPECT_TRUE(says(read("json", R"({"links": [{"source": 0, "target": 1}]})"),
                   "g.json does not say whether its edges are directed, and they are read as undirected (--directed)"));
  EXPECT_TRUE(read("json", R"({"links": [{"source": 0, "target": 1}]})", {{"directed", "true"}}).directed);
}

TEST_F(GraphFiles, KeepEdgesOfBothKindsInOneGraph) {
  const Texts mixed = {
      {"graphml",
       R"(<graphml><graph edgedefault="undirected"><edge source="a" target="b" directed="true"/><edge source="b" target="c"/></graph></graphml>)"},
      {"gexf",
       R"(<gexf><graph><edges><edge source="a" target="b" type="directed"/><edge source="b" target="c" type="mutual"/></edges></graph></gexf>)"},
      {"pajek", "*Vertices 3\n1 a\n2 b\n3 c\n*Arcs\n1 2\n*Edges\n2 3\n"}};
  for (const auto& [format, content] : mixed) {
    SCOPED_TRACE(content);
    const Dataset data = read(format, content);
    EXPECT_TRUE(data.directed);
    // a to b, b to c, c to b.
    EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 0, 2, 3}));
    EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{0, 2, 1}));
    EXPECT_TRUE(says(data, "1 of 2 edges are undirected, and stored in both directions; the others are directed"));
  }
}

TEST_F(GraphFiles, CallNodesByTheirLabelsWhereIdsAreBareNumbers) {
  const std::string graph =
      "graph [ directed 0 node [ id 5 label \"x y\" ] node [ id 6 label \"z\" ] edge [ source 5 target 6 ] ]";
  const Dataset data = read("gml", graph);
  EXPECT_EQ(data.node_names, (Lines{"x y", "z"}));
  EXPECT_TRUE(says(data, "nodes are called by their 'label', since their ids are bare numbers (--id)"));
  EXPECT_EQ(read("gml", graph, {{"id", "id"}}).node_names, (Lines{"5", "6"}));
  const std::string twice =
      "graph [ directed 0 node [ id 5 label \"z\" ] node [ id 6 label \"z\" ] edge [ source 5 target 6 ] ]";
  EXPECT_EQ(read("gml", twice).node_names, (Lines{"5", "6"})) << "labels are no names";
  refuse("gml", twice, "line 1, column 44: node 'z' has a second row", {{"id", "label"}});
  refuse("gml", graph, "no node has 'lable', which is to call them; did you mean 'label'?", {{"id", "lable"}});
}

TEST_F(GraphFiles, MakeNoFeatureOfTheIdsOnceMore) {
  const std::string graph = R"({"directed": false, "elements": {"nodes": [{"data": {"id": "7", "value": 7, "x": 1}},
                                {"data": {"id": "8", "value": 8, "x": 2}}], "edges": [{"data": {"source": 7, "target": 8}}]}})";
  EXPECT_EQ(read("json", graph).names.features, (Lines{"x"}));
  EXPECT_EQ(read("json", graph, {{"label", "value"}}).class_names, (Lines{"7", "8"})) << "unless it is asked for";
}

TEST_F(GraphFiles, OfD3AreJoinedByPlaces) {
  const Dataset data = read("json", R"({"nodes": [{"name": "Myriel", "group": 1}, {"name": "Napoleon", "group": 2}],
                                        "links": [{"source": 1, "target": 0, "value": 3}]})",
                            {{"label", "group"}});
  EXPECT_EQ(data.node_names, (Lines{"Napoleon", "Myriel"}));
  EXPECT_EQ(data.class_names, (Lines{"1", "2"}));
  EXPECT_EQ(data.names.edge_features, Lines{"value"});
  refuse("json", "{\"nodes\": [{\"name\": \"a\"}],\n \"links\": [{\"source\": 0, \"target\": 1}]}",
         "line 2, column 12: the target '1' is no place of a node, which have no ids, expected 0 to 0");
}

TEST_F(GraphFiles, MakeColumnsOfLists) {
  const Dataset data =
      read("json", R"({"directed": false, "nodes": [{"id": "a", "x": [1, 2.5]}, {"id": "b", "x": [3, 4]}],
                                        "links": [{"source": "a", "target": "b"}]})");
  EXPECT_EQ(data.names.features, (Lines{"x[0]", "x[1]"}));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{1, 2.5}, {3, 4}}));
  const Dataset gml =
      read("gml", "graph [ node [ id a x 1 x 2.5 x 5 ] node [ id b x 3 x 4 x 6 ] edge [ source a target b ] ]");
  EXPECT_EQ(gml.names.features, (Lines{"x", "x[1]", "x[2]"}));
  const Dataset one = read(
      "gml", "graph [ node [ id a x \"_networkx_list_start\" x 1 ] node [ id b x 2 ] edge [ source a target b ] ]");
  EXPECT_EQ(one.names.features, Lines{"x"});
}

TEST_F(GraphFiles, HoldNumbersAsPythonWritesThem) {
  const Dataset data = read("json", R"({"directed": false, "nodes": [{"x": NaN, "id": "NaN,\" NaN", "y": 1},
    {"y": NaN, "x": 3, "id": "-Infinity"}, {"id": "c", "x": 5, "y": 2}], "links": [{"source": "NaN,\" NaN", "target": "c"}]})");
  EXPECT_EQ(data.node_names, (Lines{"NaN,\" NaN", "c", "-Infinity"}));
  EXPECT_EQ(data.names.features, (Lines{"x", "x=missing", "y", "y=missing"}));
  refuse("json", R"({"links": [{"source": 0, "target": 1, "weight": -Infinity}]})",
         "line 1, column 12: '-inf' is not a finite number of 32 bits");
}

TEST_F(GraphFiles, MergeParallelEdges) {
  const std::string graph = R"({"directed": true, "nodes": [], "links": [{"source": "a", "target": "b", "weight": 1},
                                {"source": "a", "target": "b", "weight": 2.5}, {"source": "b", "target": "c"}]})";
  const Dataset data = read("json", graph, {{"merge", "sum"}});
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.edge_features), Tensor{{3.5}, {1}}));
  EXPECT_TRUE(says(data, "1 of 3 edges have no weight, and weigh 1"));
  EXPECT_TRUE(
      says(data,
           "1 of 3 rows repeat an edge, and are merged with it: the sum of their weights counts (--merge; keep: all of "
           "them)"));
}

TEST_F(GraphFiles, SayWhatTheyHoldAndIsNotRead) {
  EXPECT_TRUE(says(
      read("json",
           "{\"directed\": false, \"graph\": {\"year\": 1999},\n\"nodes\": [{\"id\": \"a\", \"pos\": {\"x\": 1}}],\n"
           "\"links\": [{\"source\": \"a\", \"target\": \"a\"}]}"),
      "attributes that are objects are not read: there is 1, in g.json:2"));
  EXPECT_TRUE(says(read("graphml",
                        "<graphml><graph edgedefault=\"directed\">\n<node id=\"a\"/>\n<hyperedge/>\n<hyperedge/>\n"
                        "<edge source=\"a\" target=\"b\"/></graph></graphml>"),
                   "hyperedges are not read: there are 2, the first in g.graphml:3"));
  EXPECT_TRUE(
      says(read("gexf",
                "<gexf><graph defaultedgetype=\"directed\">\n<nodes><node id=\"a\" start=\"1\">\n<viz:color r=\"1\"/>"
                "</node></nodes><edges><edge source=\"a\" target=\"a\"/></edges></graph></gexf>"),
           "times of nodes and edges are not read: there is 1, in g.gexf:2"));
  EXPECT_TRUE(says(read("gml", "graph [\nnode [ id 0\ngraphics [ x 1 y [ z 2 ] ] ] edge [ source 0 target 0 ] ]"),
                   "lists in brackets, such as graphics, are not read: there is 1, in g.gml:3"));
  EXPECT_TRUE(says(read("pajek", "*Vertices 2\n1 a 0.1 0.2 ic Red\n2 b\n*Arcs\n1 2\n*Partition p\n*Vertices 2\n1\n2\n"),
                   "positions and drawings are not read: there is 1, in g.pajek:2"));
  const Dataset unnamed = read("json", R"({"directed": true, "links": [{"source": 0, "target": 1, "color": "red"}]})");
  EXPECT_TRUE(says(unnamed, "attribute 'color' is not read"));
}

TEST_F(GraphFiles, SayLinesOfTheirOwn) {
  const Dataset data = read("json",
                            "{\"directed\": false,\n\"nodes\": [\n{\"id\": \"a\", \"club\": \"x\", \"note\": "
                            "\"1\\n2\\n3\"},\n{\"id\": \"b\", \"club\": \"\"},\n{\"id\": \"d\", \"club\": \"y\"}],\n"
                            "\"links\": [{\"source\": \"a\", \"target\": \"c\"}]}",
                            kLabel);
  // Behind a text of three lines.
  EXPECT_TRUE(says(data, "1 row of the labels are taken for none, the first is g.json:4, ''"));
  EXPECT_TRUE(
      says(data, "1 of 4 nodes have no row in the nodes of g.json, and are encoded as if all cells were missing"));
  EXPECT_TRUE(says(data, "2 nodes in the nodes of g.json are in no edge"));
  for (const std::string& sentence : data.assumed) {
    EXPECT_EQ(sentence.find(".part"), std::string::npos) << sentence;
  }
}

TEST_F(GraphFiles, MakeNoTableThatIsFarLargerThanTheFile) {
  std::string nodes, keys;
  for (int i = 0; i < 9000; ++i) {
    nodes += concat(i == 0 ? "" : ",", "{\"id\":", i, ",\"x", i, "\":1}");
  }
  for (int i = 0; i < 70'000; ++i) {
    keys += concat(",\"x", i, "\":1");
  }
  refuse("json", "{\"links\": [], \"nodes\": [" + nodes + "]}",
         "its 9000 nodes have 9001 attributes, most of them on few");
  refuse("json", "{\"links\": [], \"nodes\": [{\"id\": 1" + keys + "}]}",
         "line 1, column 25: brings one attribute more than the 65536 that a node may have");
}

TEST_F(GraphFiles, ReadTheJsonGraphFormat) {
  const std::string nodes = R"("nodes": {"ann": {"label": "Ann", "metadata": {"club": "a", "age": 20}},
    "bob": {"metadata": {"club": "b"}}, "cal": {"metadata": {"club": "a", "age": 40}}})";
  const std::string edges =
      R"("edges": [{"source": "ann", "target": "bob", "relation": "knows", "metadata": {"weight": 2}},
    {"source": "bob", "target": "cal", "relation": "likes", "metadata": {"weight": 0.5}}])";
  const auto graph = [&](const std::string& more) {
    return concat(R"({"graph": {"id": "g", "type": "people", )", more, nodes, ", ", edges, "}}");
  };
  Dataset expected =
      of_tables("source,target,relation,weight\nann,bob,knows,2\nbob,cal,likes,0.5\n",
                "id,label,club,age\nann,Ann,a,20\nbob,,b,\ncal,,a,40\n", {{"label", "club"}, {"directed", "true"}});
  expected.source = "g.json";
  // Directions are kept unless it says otherwise.
  expect_same_dataset(read("json", graph(""), {{"label", "club"}, {"id", "id"}}), expected);
  const Dataset undirected = read("json", graph(R"("directed": false, )"), kLabel);
  EXPECT_FALSE(undirected.directed);
  EXPECT_EQ(undirected.graph.num_edges(), 4);
  EXPECT_EQ(undirected.names.edge_types, (Lines{"knows", "likes"}));
  const std::string one = R"({"nodes": [{"id": "a"}, {"id": "b", "metadata": null}],
    "edges": [{"source": "a", "target": "b", "directed": false}, {"source": "b", "target": "b"}],
    "hyperedges": [{"nodes": ["a", "b"]}]})";
  const Dataset mixed = read("json", concat(R"({"graphs": [)", one, "]}"));
  EXPECT_TRUE(mixed.directed);
  EXPECT_EQ(mixed.graph.num_edges(), 3);
  EXPECT_TRUE(says(mixed, "hyperedges are not read: there is 1, in g.json:3"));
  refuse("json", concat("{\"graphs\": [", one, ",\n{}]}"), "line 4, column 1: is a second graph, expected one");
  refuse("json", R"({"graph": {"nodes": {"a": 3}}})", "line 1, column 28: node 'a' is a single value");
  refuse("json", R"({"graph": {"nodes": {"a": [3]}}})", "line 1, column 27: a node is a list, expected an object");
  refuse("json", R"({"graphs": [3]})", "line 1, column 14: a graph is a single value");
}

TEST_F(GraphFiles, TakeTextsForMissingValuesAsTheyAreTold) {
  const std::string graph = R"({"directed": true, "nodes": [{"id": "a", "age": "?"}, {"id": "b", "age": 4}],
    "links": [{"source": "a", "target": "b", "weight": "?"}]})";
  const Dataset data = read("json", graph, {{"missing", "?"}});
  EXPECT_EQ(data.names.features, (Lines{"age", "age=missing"}));
  EXPECT_EQ(std::get<Tensor>(data.edge_features)(0, 0), 1.0F);
  EXPECT_TRUE(says(data, "1 line have a missing weight in attribute 'weight', and weigh 1, the first is g.json:2"));
}

TEST_F(GraphFiles, NameAttributesForColumnsInAdvice) {
  const Dataset data = read("json", R"({"directed": true, "nodes": [{"id": "a"}, {"id": "b"}],
    "links": [{"source": "a", "target": "b", "since": 1082040996, "far": 5}]})");
  EXPECT_TRUE(says(data,
                   "attribute 'since' is not read; its numbers look like times since 1970: --time since reads them "
                   "exactly"));
  EXPECT_TRUE(says(data, "attribute 'far' is not read; --weight far reads its numbers as weights"));
}

TEST_F(GraphFiles, LeaveOutWhatIsWrongIfAllowed) {
  ImportJob job =
      job_of("json",
             write_content(folder_ / "g.json",
                           "{\"directed\": true, \"links\": [\n{\"source\": 0, \"target\": 1, \"weight\": 2},\n"
                           "{\"source\": 1, \"target\": 2, \"weight\": \"heavy\"}]}"),
             {{"skip_bad_rows", "true"}});
  Lines told;
  job.on_skipped = [&](const std::string& problem) { told.push_back(problem); };
  EXPECT_EQ(import_dataset("json", job).graph.num_edges(), 1);
  EXPECT_EQ(told, Lines{(folder_ / "g.json").string() +
                        ": line 3, column 1: 'heavy' is not a finite number of 32 bits, in attribute 'weight'; "
                        "--missing \"heavy\" takes it for a missing value, and the edge weighs 1"});
}

TEST_F(GraphFiles, ThatAreBrokenAreRefusedByLineAndColumn) {
  refuse("json", "", "holds nothing, expected a graph");
  refuse("json", "[1]", "line 1, column 1: is a list, expected an object with nodes and links");
  refuse("json", "3", "holds a single value");
  refuse("json", "{\"a\": 1}", "holds neither nodes nor links");
  refuse("json", "{\"nodes\": [],\n \"links\": [}", "line 2, column 12: is no JSON: ");
  refuse("json", "{\"nodes\": [{\"id\": 1}]", "line 1, column 22: is no JSON: ");
  refuse("json", "{\"nodes\": [\n[1]]}", "line 2, column 1: a node is a list, expected an object with an id");
  refuse("json", "{\"links\": [\n3]}", "line 2, column 2: a link is a single value");
  refuse("json", "{\"links\": [{\"source\": 1}]}", "line 1, column 12: an edge has no target");
  refuse("json", "{\"links\": [{\"source\": 1, \"target\": 2},\n {\"source\": 1}]}",
         "line 2, column 2: an edge has no target");
  refuse("json", "{\"nodes\": [{\"id\": 1}, {\"name\": 2}]}", "line 1, column 23: a node has no 'id'");
  refuse("json", "{\"nodes\": [{\"id\": 1}, {\"id\": 1}]}", "line 1, column 23: node '1' has a second row");
  refuse("json", "{\"links\": [], \"edges\": []}", "line 1, column 24: a second list 'edges'");
  refuse("json", "{\"links\": [{\"source\": 1, \"target\": 2}]}",
         "lists no nodes, so that none has an attribute for --label", kLabel);
  refuse("json", "{\"nodes\": [{\"id\": 1, \"culb\": 2}], \"links\": []}",
         "there is no attribute 'club'; did you mean 'culb'?", kLabel);
  refuse("graphml", "<graphml>\n<graph></graphml>", "line 2, column 10: is no XML: ");
  refuse("graphml", "<html></html>", "line 1, column 2: its outermost element is <html>, expected <graphml>");
  refuse("graphml", "<graphml/>", "holds no <graph>");
  refuse("graphml", "<graphml><graph/><graph/></graphml>", "line 1, column 19: is a second <graph>");
  refuse("graphml", "<graphml><graph edgedefault=\"both\"/></graphml>", "line 1, column 11: edgedefault is 'both'");
  refuse("graphml", "<graphml><graph><node id=\"a\">\n<data key=\"k\">1</data></node></graph></graphml>",
         "line 2, column 2: there is no <key> 'k'");
  refuse("graphml", "<graphml><graph><node/></graph></graphml>", "line 1, column 18: a node has no 'id'");
  refuse("gexf", "<gexf><graph><edges><edge source=\"a\" target=\"b\" type=\"odd\"/></edges></graph></gexf>",
         "line 1, column 22: an edge's type is 'odd', expected directed, undirected or mutual");
  refuse("gexf",
         "<gexf><graph><nodes><node id=\"a\"><attvalues>\n<attvalue for=\"7\" "
         "value=\"1\"/></attvalues></node></nodes></graph></gexf>",
         "line 2, column 2: there is no attribute '7'");
  refuse("gml", "graph [ node [ id 0 ]", "line 1, column 22: ends inside of '[', expected ']'");
  refuse("gml", "graph [ ] ]", "line 1, column 11: ']' closes nothing");
  refuse("gml", "graph [\n label \"x ]", "line 2, column 8: a text between quotes does not end");
  refuse("gml", "graph [ node ]", "line 1, column 14: key 'node' has no value");
  refuse("gml", "creator me", "holds no 'graph [ … ]'");
  refuse("gml", "graph [ directed yes ]", "line 1, column 9: directed is 'yes', expected 0 or 1");
  refuse("pajek", "1 2\n", "line 1, column 1: stands before any section");
  refuse("pajek", "*Vertices 2\n1 a\n*Arcs\n1 3\n", "line 4, column 1: '3' is no vertex, expected 1 to 2");
  refuse("pajek", "*Vertices 99999999999\n",
         "line 1, column 1: *Vertices 99999999999, expected their number, at most ");
  refuse("pajek", "*Arcs\n1 2\n", "line 1, column 1: *Arcs stands before *Vertices");
  refuse("pajek", "*Vertices 2\n*Matrix\n0 1\n0\n",
         "line 4, column 1: has 1 numbers in row 2 of the matrix, expected 2");
}

TEST_F(GraphFiles, KeepNamesAndTextsAsTheyAre) {
  const Dataset data = read(
      "json",
      R"({"directed": false, "nodes": [{"id": " a,\"b\"; #c"}, {"id": "#d\te%", "about": "two\nlines, \"quoted\""}, {"id": "é", "about": "two words"}],
                                        "links": [{"source": " a,\"b\"; #c", "target": "#d\te%", "note": "x\ny"}, {"source": "é", "target": "#d\te%"}]})");
  EXPECT_EQ(data.node_names, (Lines{" a,\"b\"; #c", "#d\te%", "é"}));
  EXPECT_EQ(data.names.features, (Lines{"about=two lines, \"quoted\"", "about=two words", "about=missing"}))
      << "names are lines";
  write_dataset(data, folder_ / "g.h5");
  refuse("json", R"({"links": [{"source": "a\nb", "target": "c"}]})",
         "line 1, column 12: the source of an edge has a line break in its name");
  refuse("json", R"({"nodes": [{"id": "a\nb"}], "links": []})",
         "line 1, column 12: a node has a line break in its name");
  refuse("json", R"({"nodes": [{"id": "a\u0000b"}], "links": []})", "line 1, column 12: holds a NUL byte");
  refuse("json", R"({"links": [{"source": "a", "target": "b", "\u0000": 1}]})",
         "line 1, column 12: has an attribute whose name is not valid UTF-8 without NUL");
  refuse("pajek", "*Vertices 2\n*Arcs\n1 2 1 \xff 3\n",
         "line 3, column 1: has an attribute whose name is not valid UTF-8");
  refuse("gml", "graph [ node [ id a\xff\xfe ] edge [ source b target c ] ]", "line 1, column 9: is not valid UTF-8");
}

TEST_F(GraphFiles, OfPajekHaveListsMatricesAndRelations) {
  const Dataset lists = read("pajek", "*Vertices 3\r\n*Arcslist\r\n1 2 3\r\n3 1\r\n", {{"id", "id"}});
  EXPECT_EQ(lists.graph.num_nodes(), 3);
  EXPECT_EQ(lists.graph.num_edges(), 3);
  const Dataset matrix = read("pajek", "*Vertices 2\n*Matrix\n0 2.5\n1 0\n");
  EXPECT_TRUE(matrix.directed);
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(matrix.edge_features), Tensor{{1}, {2.5}}));
  const Dataset relations =
      read("pajek", "*Vertices 3\n1 a\n2 b\n3 c\n*Arcs :1 \"likes\"\n1 2\n*Arcs :2 \"pays\"\n2 3\n");
  EXPECT_EQ(relations.names.edge_types, (Lines{"likes", "pays"}));
}

TEST_F(GraphFiles, OfAnyDepthAreRead) {
  constexpr int kDeep = 200'000;
  std::string json = R"({"directed": false, "links": [{"source": "a", "target": "b"}], "graph": {"x": )";
  json += std::string(kDeep, '[') + std::string(kDeep, ']') + "}}";
  EXPECT_EQ(read("json", json).graph.num_nodes(), 2);
  std::string gml = "graph [ edge [ source a target b ] x ";
  for (int i = 0; i < kDeep; ++i) {
    gml += "[ y ";
  }
  gml += "1" + std::string(kDeep, ']') + " ]";
  EXPECT_EQ(read("gml", gml).graph.num_nodes(), 2);
  std::string open, close;
  for (int i = 0; i < kDeep; ++i) {
    open += "<node id=\"n\"><graph>";
    close += "</graph></node>";
  }
  refuse("graphml", "<graphml><graph>" + open + close + "</graph></graphml>",
         "line 1, column 38: node 'n' has a second row");
}

TEST_F(GraphFiles, ThatAreCutOrChangedAreReadOrRefused) {
  for (const auto& [format, content] : kSame) {
    SCOPED_TRACE(format);
    const std::filesystem::path path = write_content(folder_ / ("g." + format), content);
    test::expect_no_surprise(path, [&, &name = format] { (void)import_dataset(name, job_of(name, path, {})); });
  }
}

TEST_F(GraphFiles, LeaveNothingBehind) {
  const auto count = [] {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::temp_directory_path())) {
      files += entry.path().filename().string().starts_with(".weft-") ? 1 : 0;
    }
    return files;
  };
  const std::size_t before = count();
  (void)read(kSame[0].first, kSame[0].second);
  EXPECT_EQ(count(), before);
  refuse("json", "{\"nodes\": [{\"id\": 1}, {\"id\": 1}]}", "");
  EXPECT_EQ(count(), before);
}

}  // namespace
}  // namespace weft
