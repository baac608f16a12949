// Several tables of nodes and of edges, as a description names them: types, relations, and columns of their own.
#include "weft/io/importers/typed_tables.hpp"

#include <string>

#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;
using test::TemporaryFolder;
using test::write_content;

/// Two customers and three products, which call themselves 1 and 2 alike.
class TypedTablesOfAShop : public testing::Test {
 protected:
  void SetUp() override {
    write_content(folder_ / "customers.csv", "id,age,segment,part\n1,30,new,train\n2,50,old,test\n");
    write_content(folder_ / "products.csv", "sku,price\n2,9\n1,5\nx,7\n");
    write_content(folder_ / "bought.csv", "customer,product,weight\n1,2,3\n2,x,4\n1,2,8\n");
    write_content(folder_ / "follows.csv", "from,to\n1,2\n2,1\n");
  }
  [[nodiscard]] Dataset read(const std::string& text) const {
    return import_dataset("tables", {.input = write_content(folder_ / "shop.toml", text), .default_name = "shop"});
  }
  void refuses(const std::string& text, const std::string& message) const {
    expect_throws<DataError>([&] { (void)read(text); }, message);
  }

  TemporaryFolder folder_;
  const std::string customers_ = "[[nodes]]\nname = \"customer\"\nfile = \"customers.csv\"\n";
  const std::string products_ = "[[nodes]]\nname = \"product\"\nfile = \"products.csv\"\nid = \"sku\"\n";
  const std::string bought_ = "[[edges]]\nfile = \"bought.csv\"\n";
  const std::string follows_ =
      "[[edges]]\nfile = \"follows.csv\"\nname = \"follows\"\nsource_type = \"customer\"\ntarget_type = \"customer\"\n";
};

bool says(const Dataset& data, const std::string& sentence) {
  return std::ranges::find(data.assumed, sentence) != data.assumed.end();
}

TEST_F(TypedTablesOfAShop, AreTypesAndRelationsWithColumnsOfTheirOwn) {
  const Dataset data = read(customers_ + "label = \"segment\"\nsplit = \"part\"\n" + products_ + bought_ + follows_);
  EXPECT_EQ(data.names.node_types, (std::vector<std::string>{"customer", "product"}));
  EXPECT_EQ(data.names.edge_types, (std::vector<std::string>{"bought", "follows"}));
  EXPECT_EQ(data.node_names,
            (std::vector<std::string>{"customer:1", "customer:2", "product:2", "product:1", "product:x"}));
  EXPECT_EQ(std::vector<std::int32_t>(data.node_type.begin(), data.node_type.end()),
            (std::vector<std::int32_t>{0, 0, 1, 1, 1}));
  EXPECT_EQ(data.names.features,
            (std::vector<std::string>{"node_type=customer", "node_type=product", "customer:age", "product:price"}));
  expect_near(std::get<Tensor>(data.node_features.in_memory()),
              Tensor{{1, 0, 30, 0}, {1, 0, 50, 0}, {0, 1, 0, 9}, {0, 1, 0, 5}, {0, 1, 0, 7}}, 0.0);
  // 0 is joined to 1 and 2; 1 to 0 and 4. Weights of what is bought are the first ones.
  EXPECT_EQ(std::vector<NodeId>(data.graph.sources().begin(), data.graph.sources().end()),
            (std::vector<NodeId>{1, 2, 0, 4, 0, 1}));
  EXPECT_EQ(std::vector<std::int32_t>(data.edge_type.begin(), data.edge_type.end()),
            (std::vector<std::int32_t>{1, 0, 1, 0, 0, 0}));
  expect_near(std::get<Tensor>(data.edge_features), Tensor{{1}, {3}, {1}, {4}, {3}, {4}}, 0.0);
  EXPECT_EQ(data.weight_column, 0);
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(data.node_labels), (std::vector<std::int64_t>{0, 1, -1, -1, -1}));
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"new", "old"}));
  EXPECT_EQ(data.splits.at(0).train, std::vector<std::int64_t>{0});
  EXPECT_EQ(data.splits.at(0).test, std::vector<std::int64_t>{1});
  EXPECT_TRUE(says(data,
                   "edges 'bought' join customer to product, as columns 'customer' and 'product' say "
                   "(source_type, target_type)"));
  EXPECT_TRUE(says(data, "edges 'follows' have no weights, and weigh 1"));
  EXPECT_TRUE(says(data,
                   "1 of 3 rows of edges 'bought' repeat one, in this or the other direction, and are merged "
                   "with it (merge is first)"));
  EXPECT_TRUE(says(data, "1 of 3 nodes of type 'product' are in no edge"));
  EXPECT_TRUE(says(data, "customers.csv: column 'age' is a number"));
  // The list has both directions.
  EXPECT_FALSE(says(data,
                    "1 of 2 rows of edges 'follows' repeat one, in this or the other direction, and are merged "
                    "with it (merge is first)"));
  write_dataset(data, folder_ / "shop.h5");
  EXPECT_EQ(read_dataset(folder_ / "shop.h5").names.features, data.names.features);
}

TEST_F(TypedTablesOfAShop, TakeEndsFromTypesThatAreTold) {
  write_content(folder_ / "seen.csv", "product,customer,product_name\nx,1,lamp\n");
  const Dataset data = read(customers_ + products_ +
                            "[[edges]]\nfile = \"seen.csv\"\nsource_type = \"customer\"\ntarget_type = \"product\"\n");
  EXPECT_EQ(data.graph.sources_of(4).front(), 0U);
  // Without types to know them by: names alone make them.
  const Dataset bare = read(
      "directed = true\n[[edges]]\nfile = \"bought.csv\"\nsource_type = \"person\"\ntarget_type = "
      "\"thing\"\n[[edges]]\nfile = \"follows.csv\"\nsource_type = \"person\"\ntarget_type = "
      "\"person\"\n");
  EXPECT_EQ(bare.node_names, (std::vector<std::string>{"person:1", "person:2", "thing:2", "thing:x"}));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(bare.node_features.in_memory()));
  EXPECT_EQ(bare.task, TaskKind::link_prediction);
}

TEST_F(TypedTablesOfAShop, AreOneTypeWhereRelationsAloneDiffer) {
  write_content(folder_ / "calls.csv", "from,to,kind\n0,1,long\n1,2,short\n");
  write_content(folder_ / "mails.csv", "from,to,time\n2,0,7\n");
  const Dataset data = read("[[edges]]\nfile = \"calls.csv\"\nrelation = \"kind\"\n[[edges]]\nfile = \"mails.csv\"\n");
  EXPECT_EQ(data.names.edge_types, (std::vector<std::string>{"calls:long", "calls:short", "mails"}));
  EXPECT_TRUE(data.node_type.empty());
  EXPECT_TRUE(data.node_names.empty());
  EXPECT_TRUE(data.edge_time.empty());
  EXPECT_TRUE(says(data, "times of edges 'mails' in column 3 'time' are not read, as edges 'calls' have none"));
}

TEST_F(TypedTablesOfAShop, KeepTimesThatAllHave) {
  write_content(folder_ / "a.csv", "from,to,time\n0,1,7\n");
  write_content(folder_ / "b.csv", "from,to,time\n1,0,9\n");
  const std::string both = "[[edges]]\nfile = \"a.csv\"\n[[edges]]\nfile = \"b.csv\"\n";
  const Dataset data = read("directed = true\n" + both);
  EXPECT_EQ(std::vector<std::int64_t>(data.edge_time.begin(), data.edge_time.end()), (std::vector<std::int64_t>{9, 7}));
  EXPECT_EQ(data.time_unit, "step");
  refuses(both + "time_unit = \"day\"\n", "edges.b.time: is in 'day', and that of 'a' in 'step'");
  refuses(both + follows_.substr(0, follows_.find("source")) + "[[edges]]\nname = \"c\"\nfile = \"a.csv\"\ntime = 3\n",
          "edges.c.time: is given, and edges 'follows' have no times");
}

TEST_F(TypedTablesOfAShop, AreReadLikeThoseOfADataset) {
  write_dataset(
      read(customers_ + "kinds = { age = \"category\" }\ndrop = [\"segment\", \"part\"]\n" + products_ + bought_),
      folder_ / "old.h5");
  write_content(folder_ / "customers.csv", "id,age\n7,50\n8,31\n");
  write_content(folder_ / "products.csv", "sku,price\np,1\n");
  write_content(folder_ / "bought.csv", "customer,product\n7,p\n8,p\n");
  const Dataset fresh = read("like = \"old.h5\"\n" + customers_ + products_ + bought_);
  EXPECT_EQ(fresh.names.features, (std::vector<std::string>{"node_type=customer", "node_type=product",
                                                            "customer:age=30", "customer:age=50", "product:price"}));
  EXPECT_TRUE(says(fresh,
                   "customers.csv: column 'age': 1 cell has a category that the encoder does not know, the "
                   "first is '31' in line 3"));
  refuses("like = \"old.h5\"\n" + customers_ + "[[nodes]]\nname = \"shop\"\nfile = \"products.csv\"\n" + follows_,
          "old.h5: has no type of nodes 'shop' with a table");
}

TEST_F(TypedTablesOfAShop, WithoutLabelsAreForWhatThoseThatTheyAreLikeWereFor) {
  write_dataset(read(customers_ + "label = \"segment\"\nsplit = \"part\"\n" + products_ + bought_), folder_ / "old.h5");
  write_content(folder_ / "customers.csv", "id,age\n1,50\n2,31\n");
  write_dataset(read("like = \"old.h5\"\n" + customers_ + products_ + bought_), folder_ / "new.h5");
  const Dataset fresh = read_dataset(folder_ / "new.h5");
  EXPECT_EQ(fresh.task, TaskKind::node_classification);
  EXPECT_EQ(fresh.class_names, (std::vector<std::string>{"new", "old"}));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(fresh.node_labels));
  // Those that are like data of links are for links.
  write_dataset(read(customers_ + products_ + bought_), folder_ / "links.h5");
  EXPECT_EQ(read("like = \"links.h5\"\n" + customers_ + products_ + bought_).task, TaskKind::link_prediction);
}

TEST_F(TypedTablesOfAShop, RefuseWhatCannotBeMeant) {
  const std::string both = customers_ + products_;
  refuses(both + "[[edges]]\nfile = \"bought.csv\"\nsource_type = \"custmer\"\n",
          "edges.bought.source_type: is 'custmer'; did you mean 'customer'?, expected one of customer, product");
  refuses(both + "[[edges]]\nfile = \"follows.csv\"\n",
          "edges.follows.source_type: is missing, and the header of "
          "follows.csv calls no column by a type");
  refuses(customers_ + "label = \"segment\"\n" + products_ + "label = \"price\"\n" + bought_,
          "nodes.product.label: is given, and that of 'customer' too; expected labels of one type");
  refuses(customers_ + "split = \"part\"\n" + products_ + bought_, "nodes.customer.label: is missing");
  refuses(customers_ + customers_ + bought_, "nodes: has two tables called 'customer'");
  refuses(both + bought_ + bought_, "edges: has two tables called 'bought'");
  refuses(customers_ + "[[nodes]]\nage = 3\n" + bought_, "nodes: has a table with neither a file nor a name");
  refuses(customers_ + "[[nodes]]\nname = \"product\"\nlabel = \"price\"\n" + bought_,
          "nodes.product.file: is missing");
  refuses(both + bought_ + "sorce = 1\n", "edges.bought.sorce: is not known; did you mean 'source'?");
  refuses("edges = [1]\n", "edges: is no list of tables");
  write_content(folder_ / "bought.csv", "customer,product\n1,q\n");
  refuses(both + bought_,
          "products.csv: none of its 3 nodes, such as '2', is in an edge, and none of the 1 nodes of type "
          "'product' that edges name, such as 'q', has a row in it");
  write_content(folder_ / "bought.csv", "customer,product\n");
  refuses(both + bought_, "bought.csv: holds no edges");
}

TEST_F(TypedTablesOfAShop, LeaveOutBadRowsOnce) {
  write_content(folder_ / "products.csv", "sku,price\n2,9\n1\nx,7\n");
  std::vector<std::string> told;
  ImportJob job{.input = write_content(folder_ / "shop.toml", customers_ + products_ + bought_),
                .on_skipped = [&](const std::string& problem) { told.push_back(problem); }};
  job.options = Options(importer_info("tables").options);
  job.options.set_value("skip_bad_rows", true);
  EXPECT_EQ(import_dataset("tables", job).names.node_types.size(), 2U);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("products.csv: line 3: has 1 fields"), std::string::npos) << told[0];
}

}  // namespace
}  // namespace weft
