// The table of public_datasets.hpp: data, and the few forms that families of sets have in common. Addresses on GitHub
// name a commit, so that their content cannot change. Sizes and checksums are those of the files at that commit.
#include "weft/io/importers/public_datasets.hpp"

#include <algorithm>
#include <cctype>

#include "weft/core/error.hpp"

namespace weft {
namespace {

using SetOptions = std::vector<std::pair<std::string_view, std::string_view>>;

constexpr std::string_view kPlanetoid = "kimiyoung/planetoid@af6abf468a772cc055bec88c52e4d6f51b7c37e3";
constexpr std::string_view kHeterophilous =
    "yandex-research/heterophilous-graphs@a431395582e929d88271309716bea4fe24ce6318";
constexpr std::string_view kShchur = "shchur/gnn-benchmark@1e72912a0810cdf27ae54fd589a3b43358a2b161";
constexpr std::string_view kLightGcn = "gusye1234/LightGCN-PyTorch@947ca2b3b1d2d3545b114145710cb06c4e57b3d2";
constexpr std::string_view kRotatE =
    "DeepGraphLearning/KnowledgeGraphEmbedding@2e440e0f9c687314d5ff67ead68ce985dc446e3a";
constexpr std::string_view kVillmow = "villmow/datasets_knowledge_embedding@9e392453d6804d1f51c13e5650ae58ed48b638d5";
constexpr std::string_view kDeepChem = "deepchem/deepchem@fbe3b911a94a6eb8c84c1a9e7ac67a472c49ea80";
constexpr std::string_view kBert4Rec = "FeiSun/BERT4Rec@615eaf2004abecda487a38d5b0c72f3dcfcae5b3";
constexpr std::string_view kChemicalVae = "aspuru-guzik-group/chemical_vae@a509dc613c4c9be54d448a34829bab25bcf09a79";

constexpr std::string_view kNodes = "node_classification", kGraphs = "graph_classification",
                           kTargets = "graph_regression", kLinks = "link_prediction", kMade = "generation";

/// A file in a repository on GitHub, at a commit: there, and at jsDelivr, which mirrors all of them up to 20 MB.
std::vector<std::string> on_github(std::string_view repository, std::string_view path) {
  const std::size_t at = repository.find('@');
  return {
      concat("https://raw.githubusercontent.com/", repository.substr(0, at), "/", repository.substr(at + 1), "/", path),
      concat("https://cdn.jsdelivr.net/gh/", repository, "/", path)};
}

struct PlanetoidFile {
  std::string_view end;
  std::int64_t bytes = 0;
  std::string_view sha256 = {};
};

PublicDataset planetoid(std::string_view name, std::string_view summary, std::string_view figure,
                        const std::vector<PlanetoidFile>& parts) {
  std::vector<PublicFile> files;
  for (const PlanetoidFile& part : parts) {
    const std::string path = concat("data/ind.", name, ".", part.end);
    std::vector<std::string> addresses = on_github(kPlanetoid, path);
    addresses.push_back(on_github(kShchur, concat("data/planetoid/ind.", name, ".", part.end)).front());
    files.push_back({.addresses = addresses, .bytes = part.bytes, .sha256 = part.sha256});
  }
  return {.name = name,
          .summary = summary,
          .task = kNodes,
          .license = "not stated (LINQS; Planetoid)",
          .figure = figure,
          .format = "planetoid",
          .files = files};
}

/// One file that is imported as it is.
PublicDataset one_file(PublicDataset set, PublicFile file) {
  set.input = file_name_of(file.member.empty() ? file_name_of(file) : file.member);
  set.files = {std::move(file)};
  return set;
}

PublicDataset heterophilous(std::string_view name, std::string_view summary, std::string_view figure,
                            std::int64_t bytes = 0, std::string_view sha256 = {}) {
  return one_file(
      {.name = name, .summary = summary, .task = kNodes, .license = "MIT", .figure = figure, .format = "npz"},
      {on_github(kHeterophilous, concat("data/", name, ".npz")), bytes, sha256});
}

PublicDataset shchur(std::string_view name, std::string_view file, std::string_view summary, std::string_view figure,
                     std::int64_t bytes = 0, std::string_view sha256 = {}) {
  return one_file(
      {.name = name, .summary = summary, .task = kNodes, .license = "MIT", .figure = figure, .format = "npz"},
      {on_github(kShchur, concat("data/npz/", file, ".npz")), bytes, sha256});
}

PublicDataset tu(std::string_view name, std::string_view file, std::string_view summary, std::string_view figure) {
  return one_file({.name = name,
                   .summary = summary,
                   .task = kGraphs,
                   .license = "not stated (TUDataset: cite Morris et al. 2020)",
                   .figure = figure,
                   .format = "tudataset"},
                  {{concat("https://www.chrsmrrs.com/graphkerneldatasets/", file, ".zip")}});
}

PublicDataset ogb(std::string_view name, std::string_view path, std::string_view task, std::string_view license,
                  std::string_view summary, std::string_view figure, const SetOptions& options = {}) {
  return one_file({.name = name,
                   .summary = summary,
                   .task = task,
                   .license = license,
                   .figure = figure,
                   .format = "ogb",
                   .options = options},
                  {{concat("https://snap.stanford.edu/ogb/data/", path, ".zip")}});
}

/// Of MoleculeNet, as DeepChem hosts it; where the same file is in its repository too, `path` and the rest say so.
PublicDataset moleculenet(std::string_view name, std::string_view file, std::string_view task, std::string_view summary,
                          std::string_view figure, const SetOptions& options, std::string_view path = {},
                          std::int64_t bytes = 0, std::string_view sha256 = {}) {
  std::vector<std::string> addresses = {concat("https://deepchemdata.s3-us-west-1.amazonaws.com/datasets/", file)};
  if (!path.empty()) {
    const std::vector<std::string> more = on_github(kDeepChem, path);
    addresses.insert(addresses.begin(), more.begin(), more.end());
  }
  return one_file({.name = name,
                   .summary = summary,
                   .task = task,
                   .license = "not stated (MoleculeNet; DeepChem, which hosts it, is MIT)",
                   .figure = figure,
                   .format = "smiles",
                   .options = options},
                  {addresses, bytes, sha256});
}

struct Part {
  std::string_view file;
  std::int64_t bytes = 0;
  std::string_view sha256 = {};
};

/// train.txt, test.txt of users and items.
PublicDataset lightgcn(std::string_view name, std::string_view folder, std::string_view summary,
                       std::string_view figure, const Part& test) {
  return {.name = name,
          .summary = summary,
          .task = kLinks,
          .license = "not stated",
          .figure = figure,
          .format = "interactions",
          .files = {{on_github(kLightGcn, concat("data/", folder, "/train.txt"))},
                    {on_github(kLightGcn, concat("data/", folder, "/test.txt")), test.bytes, test.sha256}},
          .input = "train.txt",
          .options = {{"test", "test.txt"}}};
}

/// train.txt, valid.txt, test.txt of heads, relations and tails.
PublicDataset triples(std::string_view name, std::string_view folder, std::string_view twin, std::string_view summary,
                      std::string_view figure, const std::vector<Part>& parts) {
  std::vector<PublicFile> files;
  for (const Part& part : parts) {
    std::vector<std::string> addresses = on_github(kRotatE, concat(folder, "/", part.file));
    if (!twin.empty()) {
      addresses.push_back(on_github(kVillmow, concat(twin, "/", part.file)).front());
    }
    files.push_back({addresses, part.bytes, part.sha256});
  }
  return {.name = name,
          .summary = summary,
          .task = kLinks,
          .license = "not stated (the repository is MIT)",
          .figure = figure,
          .format = "triples",
          .files = files,
          .input = "train.txt",
          .options = {{"val", "valid.txt"}, {"test", "test.txt"}}};
}

PublicDataset movielens(std::string_view name, std::string_view archive, std::string_view member,
                        std::string_view summary) {
  return one_file(
      {.name = name,
       .summary = summary,
       .task = kLinks,
       .license = "GroupLens: research use, no redistribution",
       .figure = "figures are mostly of ratings, which is another task (GC-MC: RMSE 0.905 on ml-100k)",
       .format = "interactions"},
      {.addresses = {concat("https://files.grouplens.org/datasets/movielens/", archive)}, .member = member});
}

PublicDataset snap(std::string_view name, std::string_view path, std::string_view summary, std::string_view figure,
                   const SetOptions& options = {}) {
  return one_file({.name = name,
                   .summary = summary,
                   .task = kLinks,
                   .license = "SNAP states none; cite the paper that its page names",
                   .figure = figure,
                   .format = "edgelist",
                   .options = options},
                  {{concat("https://snap.stanford.edu/data/", path)}});
}

std::vector<PublicDataset> rows() {
  return {
      planetoid("cora", "citations of 2,708 papers in 7 fields",
                "accuracy, public split: GCN 81.5 (Kipf and Welling 2017), GRAND 85.4 (Feng et al. 2020)",
                {{"x", 22119, "23cfa55d91c6f624233f5eb7b6e3f141f1bd2b2ae39608a63cf5d084bb27baab"},
                 {"tx", 148025, "b9afbaa4a400df991f6f02ef677e1e44da55ffc04801fd02f9e673987829226a"},
                 {"allx", 257305, "9419ba2f26f5c35243db64aba110e0f35a04851609e0dc5433450676ca6b8543"},
                 {"y", 4054, "94465c14eb53e04ca262198dcbb2521ee8af60fb3f3d546cd6ca24a511b0e7d1"},
                 {"ty", 28135, "41f5ac76596a1699cc33f53084a2419e92961c42bb75f36fc38e616d348532ad"},
                 {"ally", 47959, "2b998f5cc7fedc86e7f97ca2498f47a1ffc1462c29e2d578b23bf3f62b6e7d71"},
                 {"graph", 59847, "58f13302f39dde8852dad6fe6d15b89b077b6d7f837626bce671ef80344b383d"},
                 {"test.index", 5000, "297ce89af2b51a6a194181c7dbe1796c6a1cf9cd9349a88383b1b1e227867875"}}),
      planetoid("citeseer", "citations of 3,327 papers in 6 fields",
                "accuracy, public split: GCN 70.3 (Kipf and Welling 2017)",
                {{"x", 31087, "d20de19150741e555de0ed037195630fc194114ebc7fd72ced62810148aa22f6"},
                 {"tx", 260321, "539a8906a2da97628d212f2fdd668c109a8b3f0d36574b59e5d3fd5b5303da21"},
                 {"allx", 595021, "2ac30345d95c9ec933a817ee0bdd6a5f077f8c184a20e696910192d534414668"},
                 {"y", 3014, "8ba87e515d8e3ee3cf52f6d2c5b86aa73f11ecad825a808455209ec26cd54924"},
                 {"ty", 24135, "55e5bd1ba1e733a04598753ad1a8d57957f4b8f89e74519f41f4f4938767e4ce"},
                 {"ally", 55623, "f704b2d986dde6c2669934de1f3ae5696a6cf9455c0f6b2646a2d135ea0a1c95"},
                 {"graph", 61987, "d79a4ef9d3e7169aee8946145f6b7306e35bc79bffad26346cfb94e10e9912a7"},
                 {"test.index", 5000, "2af990671580b6b2df5d158d1038f8292e30c9cd821b5453f399659b25b723d4"}}),
      planetoid("pubmed", "citations of 19,717 papers on diabetes, 3 kinds",
                "accuracy, public split: GCN 79.0 (Kipf and Welling 2017)",
                {{"x", 23172, "fbe9cb5c47200d1b7769a26e579be3b7130b556831f9d850e77c4c74f2599b33"},
                 {"tx", 405505, "4eb5f5d0f30f26497eb0ac6ac9719d09c67e284f1ed0385c93f3ef27a671da3d"},
                 {"allx"},
                 {"y", 854, "e6c807633307a07ed659249006536a147c7999c797f11a2560752990181b41b3"},
                 {"ty", 12135, "ee2e0d4819d9fbcc403689c3bf2e49face401b605932f093bc58ab6461130fdd"},
                 {"ally", 224739, "0c37bbe3b5014ec365e9d393cf4791925e5ed94fb194305d74f064a8d7b50f0e"},
                 {"graph", 471808, "5b89f0036ca22909471f1e6558eb42fa06e0c730a577bde5b058b40638f81dc9"},
                 {"test.index", 6000, "b101d421688bbaecbd82e8a18f1e282378d6830f3a37666f28ebc47f844341b5"}}),
      heterophilous("roman_empire", "words of an article and which depends on which, 18 roles",
                    "accuracy, 10 splits: GCN 73.69, GraphSAGE 85.74 (Platonov et al. 2023)"),
      heterophilous("amazon_ratings", "products bought together, 5 levels of rating",
                    "accuracy, 10 splits: GCN 48.70, GraphSAGE 53.63 (Platonov et al. 2023)"),
      heterophilous("minesweeper", "a grid of 100 x 100 cells, where the mines are",
                    "ROC AUC, 10 splits: GCN 89.75, GraphSAGE 93.51 (Platonov et al. 2023)", 135045,
                    "e664c8dacf1e8ac466c2c09ed4b237bd2c5541f47a6eae9c6092cb87f16412b3"),
      heterophilous("tolokers", "workers who did the same tasks, who was banned",
                    "ROC AUC, 10 splits: GCN 83.64, GraphSAGE 82.43 (Platonov et al. 2023)", 1329769,
                    "dacf3ac94cec53d03cd2adb5255c08b33dee1656c33ca8164a464bd9450a1667"),
      heterophilous("questions", "users who answered each other, who stayed",
                    "ROC AUC, 10 splits: GCN 76.09, GraphSAGE 76.44 (Platonov et al. 2023)"),
      heterophilous("actor", "actors on the same pages, 5 kinds",
                    "accuracy, 10 splits: Geom-GCN 31.63 (Pei et al. 2020)", 252956,
                    "c350eef06b2c2a9bf8218be2b57cac6d4003d0922eb597a039e9123f75817816"),
      heterophilous("chameleon", "pages of Wikipedia by their traffic; as first published, with duplicates",
                    "accuracy, 10 splits: Geom-GCN 60.90 (Pei et al. 2020)", 177840,
                    "4c640bd2877fc4f9f101531e2f977bc16445a54e09a5cb01178df608e552f3fd"),
      heterophilous("chameleon_filtered", "pages of Wikipedia by their traffic, without the duplicates",
                    "accuracy, 10 splits: GCN 40.89 (Platonov et al. 2023)", 58924,
                    "bf46f07e1fb5249280447e5fe3100f3e82fc4b93ad1e13ffcfdec924b6ac0bb5"),
      heterophilous("squirrel", "pages of Wikipedia by their traffic; as first published, with duplicates",
                    "accuracy, 10 splits: Geom-GCN 38.14 (Pei et al. 2020)", 704277,
                    "d436e3b42c0546b105241c0ab0766097074e68e55f67b133eeb9b0162e55cbd9"),
      heterophilous("squirrel_filtered", "pages of Wikipedia by their traffic, without the duplicates",
                    "accuracy, 10 splits: GCN 39.47 (Platonov et al. 2023)", 208215,
                    "f06370ffb3116c5de8b7a600005400b2293c025e0ce2f6916d8201a825505ac7"),
      heterophilous("cornell", "pages of a university, 5 kinds",
                    "accuracy, 10 splits: Geom-GCN 60.81 (Pei et al. 2020)", 30515,
                    "684c54ba3daa13b0ba1f04a3d6dd1b1175c1ae9bdeb982851fd4ff96d3aac298"),
      heterophilous("texas", "pages of a university, 5 kinds", "accuracy, 10 splits: Geom-GCN 67.57 (Pei et al. 2020)",
                    28586, "b164b99e6c3d43e4ab07488ec59bd8c815f90cbc1bd4cf425ce587d2b534d844"),
      heterophilous("wisconsin", "pages of a university, 5 kinds",
                    "accuracy, 10 splits: Geom-GCN 64.12 (Pei et al. 2020)", 41672,
                    "2543c89838cfc75f737f7c4664cc1d097f8268602c20b2d1bd4f21407df9c074"),
      shchur("amazon_photo", "amazon_electronics_photo", "photographic goods bought together, 8 kinds",
             "accuracy, 20 labels a class, their own splits: GCN 91.2 (Shchur et al. 2018)"),
      shchur("amazon_computers", "amazon_electronics_computers", "computer goods bought together, 10 kinds",
             "accuracy, 20 labels a class, their own splits: GCN 82.6 (Shchur et al. 2018)"),
      shchur("coauthor_cs", "ms_academic_cs", "authors who wrote together, 15 fields of computer science",
             "accuracy, 20 labels a class, their own splits: GCN 91.1 (Shchur et al. 2018)"),
      shchur("coauthor_physics", "ms_academic_phy", "authors who wrote together, 5 fields of physics",
             "accuracy, 20 labels a class, their own splits: GCN 92.8 (Shchur et al. 2018)"),
      tu("mutag", "MUTAG", "188 compounds, mutagenic or not", "accuracy, ten folds: GIN 89.4 (Xu et al. 2019)"),
      tu("proteins", "PROTEINS", "1,113 proteins, enzymes or not",
         "accuracy, ten folds: GIN 76.2 (Xu et al. 2019); protocol fair 73.3 (Errica et al. 2020)"),
      tu("enzymes", "ENZYMES", "600 enzymes of 6 classes",
         "accuracy, ten folds, protocol fair: GIN 59.6 (Errica et al. 2020)"),
      tu("nci1", "NCI1", "4,110 compounds, against lung cancer or not",
         "accuracy, ten folds: GIN 82.7 (Xu et al. 2019)"),
      tu("ptc_mr", "PTC_MR", "344 compounds, carcinogenic to rats or not",
         "accuracy, ten folds: GIN 64.6 (Xu et al. 2019)"),
      tu("dd", "DD", "1,178 proteins of large graphs, enzymes or not",
         "accuracy, ten folds, protocol fair: GIN 75.3 (Errica et al. 2020)"),
      tu("imdb_binary", "IMDB-BINARY", "1,000 films' actors, 2 genres",
         "accuracy, ten folds: GIN 75.1 (Xu et al. 2019)"),
      tu("imdb_multi", "IMDB-MULTI", "1,500 films' actors, 3 genres", "accuracy, ten folds: GIN 52.3 (Xu et al. 2019)"),
      tu("collab", "COLLAB", "5,000 researchers' networks, 3 fields", "accuracy, ten folds: GIN 80.2 (Xu et al. 2019)"),
      tu("reddit_binary", "REDDIT-BINARY", "2,000 discussions, 2 kinds",
         "accuracy, ten folds: GIN 92.4 (Xu et al. 2019)"),
      tu("reddit_multi_5k", "REDDIT-MULTI-5K", "4,999 discussions, 5 kinds",
         "accuracy, ten folds: GIN 57.5 (Xu et al. 2019)"),
      ogb("ogbn_arxiv", "nodeproppred/arxiv", kNodes, "ODC-BY", "citations of 169,343 papers, 40 fields",
          "accuracy: GCN 71.74, GraphSAGE 71.49 (Hu et al. 2020)"),
      ogb("ogbn_products", "nodeproppred/products", kNodes, "Amazon license",
          "2,449,029 products bought together, 47 kinds", "accuracy: GCN 75.64, GraphSAGE 78.50 (Hu et al. 2020)"),
      ogb("ogbn_proteins", "nodeproppred/proteins", kNodes, "CC0", "132,534 proteins, 112 functions each",
          "ROC AUC: GCN 72.51, GraphSAGE 77.68 (Hu et al. 2020)"),
      ogb("ogbn_mag", "nodeproppred/mag", kNodes, "ODC-BY", "papers, authors, institutions and fields, 349 venues",
          "accuracy: R-GCN 39.77 (Hu et al. 2020)"),
      ogb("ogbl_collab", "linkproppred/collab", kLinks, "ODC-BY",
          "authors who wrote together; its own split is in PyTorch's files, which are not read",
          "Hits@50 on its own split: GCN 44.75 (Hu et al. 2020)"),
      ogb("ogbl_ddi", "linkproppred/ddi", kLinks, "CC0",
          "drugs that interact; its own split is in PyTorch's files, which are not read",
          "Hits@20 on its own split: GCN 37.07 (Hu et al. 2020)"),
      ogb("ogbl_ppa", "linkproppred/ppassoc", kLinks, "CC0",
          "proteins that belong together; its own split is in PyTorch's files, which are not read",
          "Hits@100 on its own split: GCN 18.67 (Hu et al. 2020)"),
      ogb("ogbg_molhiv", "graphproppred/csv_mol_download/hiv", kGraphs, "MIT", "41,127 molecules, against HIV or not",
          "ROC AUC: GCN 76.06, GIN 75.58 (Hu et al. 2020)"),
      ogb("ogbg_molpcba", "graphproppred/csv_mol_download/pcba", kGraphs, "MIT", "437,929 molecules, 128 assays",
          "average precision: GCN 20.20, GIN 22.66 (Hu et al. 2020)"),
      ogb("ogbg_molbace", "graphproppred/csv_mol_download/bace", kGraphs, "MIT",
          "1,513 molecules, against BACE-1 or not", "ROC AUC: GCN 79.15 (Hu et al. 2020)"),
      ogb("ogbg_molbbbp", "graphproppred/csv_mol_download/bbbp", kGraphs, "MIT",
          "2,039 molecules, into the brain or not", "ROC AUC: GCN 68.87 (Hu et al. 2020)"),
      ogb("ogbg_molesol", "graphproppred/csv_mol_download/esol", kTargets, "MIT", "1,128 molecules, solubility",
          "RMSE: GCN 1.114 (Hu et al. 2020)", {{"regression", "true"}}),
      ogb("ogbg_molfreesolv", "graphproppred/csv_mol_download/freesolv", kTargets, "MIT",
          "642 molecules, energy of hydration", "RMSE: GCN 2.640 (Hu et al. 2020)", {{"regression", "true"}}),
      ogb("ogbg_mollipo", "graphproppred/csv_mol_download/lipophilicity", kTargets, "MIT",
          "4,200 molecules, lipophilicity", "RMSE: GCN 0.797 (Hu et al. 2020)", {{"regression", "true"}}),
      ogb("ogbg_ppa", "graphproppred/ogbg_ppi_medium", kGraphs, "CC0",
          "158,100 neighborhoods of proteins, 37 groups of species", "accuracy: GCN 68.39, GIN 68.92 (Hu et al. 2020)"),
      moleculenet("esol", "delaney-processed.csv", kTargets, "1,128 molecules, solubility in water",
                  "RMSE: MPNN 0.58 (Wu et al. 2018)",
                  {{"smiles", "smiles"}, {"targets", "measured log solubility in mols per litre"}},
                  "datasets/delaney-processed.csv", 96699,
                  "8c06a76f0c6487d29ab0f903e6a7a7139f189ab3c1178f159c8be8964602f189"),
      moleculenet("freesolv", "SAMPL.csv", kTargets, "642 molecules, energy of hydration",
                  "RMSE: MPNN 1.15 (Wu et al. 2018)", {{"smiles", "smiles"}, {"targets", "expt"}}),
      moleculenet("lipo", "Lipophilicity.csv", kTargets, "4,200 molecules, lipophilicity",
                  "RMSE: graph convolution 0.655 (Wu et al. 2018)", {{"smiles", "smiles"}, {"targets", "exp"}}),
      moleculenet("bbbp", "BBBP.csv", kGraphs, "2,050 molecules, into the brain or not",
                  "ROC AUC, scaffold split: graph convolution 0.690 (Wu et al. 2018)",
                  {{"smiles", "smiles"}, {"targets", "p_np"}}),
      moleculenet("bace", "bace.csv", kGraphs, "1,513 molecules, against BACE-1 or not",
                  "ROC AUC, scaffold split: graph convolution 0.783, random forest 0.867 (Wu et al. 2018)",
                  {{"smiles", "mol"}, {"targets", "Class"}}),
      moleculenet("hiv", "HIV.csv", kGraphs, "41,913 molecules, against HIV or not",
                  "ROC AUC, scaffold split: graph convolution 0.763 (Wu et al. 2018)",
                  {{"smiles", "smiles"}, {"targets", "HIV_active"}}, "examples/hiv/HIV.csv", 2195570,
                  "d0e985c9c1191c77958ac52a278338c241858394fd3b299f56113329e1fc935c"),
      moleculenet(
          "tox21", "tox21.csv.gz", kGraphs, "8,014 molecules, 12 toxic effects",
          "ROC AUC, random split: graph convolution 0.829 (Wu et al. 2018)",
          {{"smiles", "smiles"},
           {"targets",
            "NR-AR,NR-AR-LBD,NR-AhR,NR-Aromatase,NR-ER,NR-ER-LBD,NR-PPAR-gamma,SR-ARE,SR-ATAD5,SR-HSE,SR-MMP,SR-p53"},
           {"id", "mol_id"}},
          "datasets/tox21.csv.gz", 125310, "48b34e4e59a2bae6f95734cd206c1869ab355f50a5e50bb7371a21f861d5e297"),
      moleculenet("clintox", "clintox.csv.gz", kGraphs, "1,491 drugs, approved, and toxic in trials",
                  "ROC AUC, random split: Weave 0.832 (Wu et al. 2018)",
                  {{"smiles", "smiles"}, {"targets", "FDA_APPROVED,CT_TOX"}},
                  "examples/clintox/datasets/clintox.csv.gz", 19889,
                  "2ee7050a830fe9ae7a8218e6577fa6f54284947034ff904b6d8204e993a297cc"),
      moleculenet("sider", "sider.csv.gz", kGraphs, "1,427 drugs, side effects of 27 kinds",
                  "ROC AUC, random split: graph convolution 0.638 (Wu et al. 2018)",
                  {{"smiles", "smiles"},
                   {"targets", "2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28"}},
                  "examples/sider/sider.csv.gz", 34759,
                  "4cc7ccb20dded475853c583596e227116c222c6ca7dbb40159bdbe9ee3f099b9"),
      moleculenet("muv", "muv.csv.gz", kGraphs, "93,127 molecules, 17 targets of drugs",
                  "PRC AUC, random split: Weave 0.109 (Wu et al. 2018)",
                  {{"smiles", "smiles"},
                   {"targets",
                    "MUV-466,MUV-548,MUV-600,MUV-644,MUV-652,MUV-689,MUV-692,MUV-712,MUV-713,MUV-733,MUV-737,MUV-810,"
                    "MUV-832,MUV-846,MUV-852,MUV-858,MUV-859"},
                   {"id", "mol_id"}},
                  "datasets/muv.csv.gz", 1749843, "93c8b4a37c5996c76e57d5f3f065fb8b7cf1c19067011eff2293fd2a94ce274a"),
      moleculenet(
          "qm9", "qm9.csv", kTargets,
          "133,885 molecules of at most 9 heavy atoms, 12 quantities of quantum chemistry; without coordinates",
          "MAE by quantity: Gilmer et al. 2017, with coordinates",
          {{"smiles", "smiles"}, {"targets", "mu,alpha,homo,lumo,gap,r2,zpve,u0,u298,h298,g298,cv"}, {"id", "mol_id"}}),
      one_file({.name = "zinc250k",
                .summary = "249,455 molecules like drugs, to be made",
                .task = kMade,
                .license = "ZINC: free for research; the repository is Apache-2.0",
                .figure = "NSPDK MMD: DeFoG 0.0008 (Qin et al. 2025)",
                .format = "smiles",
                .options = {{"smiles", "smiles"}}},
               {on_github(kChemicalVae, "models/zinc_properties/250k_rndm_zinc_drugs_clean_3.csv")}),
      lightgcn("gowalla", "gowalla", "29,858 users and 40,981 places",
               "recall@20, nDCG@20: LightGCN 0.1830, 0.1554 (He et al. 2020)",
               {"test.txt", 1372559, "099a2a73924e4b754dc6efd730d764f492321b53c38eb93298850c83acf57be3"}),
      lightgcn("yelp2018", "yelp2018", "31,668 users and 38,048 places",
               "recall@20, nDCG@20: LightGCN 0.0649, 0.0530 (He et al. 2020)",
               {"test.txt", 1986152, "9cd9b37926cd1447a06625ffa7914527573fb097c10cb0bbdb1d1b8ded3742fe"}),
      lightgcn("amazon_book", "amazon-book", "52,643 users and 91,599 books",
               "recall@20, nDCG@20: LightGCN 0.0411, 0.0315 (He et al. 2020)",
               {"test.txt", 3848611, "6250754994dd953b91b48dccdd77a73f318e0634b4757c2abfcc9d33a54ab0f5"}),
      movielens("ml_100k", "ml-100k.zip", "ml-100k/u.data", "943 users, 1,682 films, 100,000 ratings with their times"),
      movielens("ml_1m", "ml-1m.zip", "ml-1m/ratings.dat",
                "6,040 users, 3,706 films, a million ratings with their times"),
      movielens("ml_25m", "ml-25m.zip", "ml-25m/ratings.csv",
                "162,541 users, 59,047 films, 25 million ratings with their times"),
      one_file({.name = "beauty",
                .summary = "40,226 users and 54,542 goods of a shop, in the order of time",
                .task = kLinks,
                .license = "not stated (Amazon reviews; the repository is Apache-2.0)",
                .figure = "Hit@10, nDCG@10 of 100 drawn: BERT4Rec 0.3025, 0.1862 (Sun et al. 2019)",
                .format = "interactions"},
               {on_github(kBert4Rec, "data/beauty.txt"), 3912093,
                "f480b7a7403852342ffd8f9809bb30697dd669be31813d0e204b698fec86ef49"}),
      triples("wn18rr", "data/wn18rr", "WN18RR/original", "WordNet: 40,943 senses, 11 relations",
              "MRR, Hits@10: RotatE 0.476, 0.571 (Sun et al. 2019)",
              {{"train.txt", 3135377, "038612e783c215ee5f3ca9fbfca27b8d0739be1028fe4ee7c174aecf0b83d5df"},
               {"valid.txt", 110415, "453ce7202afa58094a04d2b1560ee2b02660f1c260b32ce6651c8ccedd1028ab"},
               {"test.txt", 113180, "0383bceaaa1096cf3c03ec021ed0048068e2355dbfc0239b292cefdac821cec5"}}),
      triples("wn18", "data/wn18", "", "WordNet: 40,943 senses, 18 relations, half of them the reverse of others",
              "MRR, Hits@10: RotatE 0.949, 0.959 (Sun et al. 2019)",
              {{"train.txt"},
               {"valid.txt", 169033, "13347bfb5e17d1cae003e0bfe29b4716d3ab748e8cfb6af997138d37da3a51dc"},
               {"test.txt", 168947, "d22c19d176d4ba6a6f0d0c6bfce39ab3c16e3b20e1df6f9efe0d9ed86542fa10"}}),
      triples("fb15k_237", "data/FB15k-237", "", "Freebase: 14,541 things, 237 relations",
              "MRR, Hits@10: RotatE 0.338, 0.533 (Sun et al. 2019)",
              {{"train.txt"},
               {"valid.txt", 1303101, "cf6309010852f6a8d47a45df830a426415d1ee6f7a3970a8376ff1fb81db4a5c"},
               {"test.txt", 1519499, "5711cf41623ceb4eacc50eb6108a3ca6565c7492e3caaf82a3e355cc660d1574"}}),
      triples("fb15k", "data/FB15k", "", "Freebase: 14,951 things, 1,345 relations, many the reverse of others",
              "MRR, Hits@10: RotatE 0.797, 0.884 (Sun et al. 2019)",
              {{"train.txt"},
               {"valid.txt", 3895668, "471929cde9cf74b1caa8348c2b601c8010d6b2f2a56bae49b4ebfd14c9bce855"},
               {"test.txt"}}),
      triples("yago3_10", "data/YAGO3-10", "other/YAGO3-10", "YAGO: 123,182 things, 37 relations",
              "MRR, Hits@10: RotatE 0.495, 0.670 (Sun et al. 2019)",
              {{"train.txt"},
               {"valid.txt", 236350, "c9018b77ec77e99f8d48bc3258d404f10b2049a6c7b4ac6eb663697e799dc6f5"},
               {"test.txt", 238041, "003887ca8a34c90fcaf9b0250b1c30a4b5f617f80f8cf0aeab9723333061598a"}}),
      snap("ca_grqc", "ca-GrQc.txt.gz", "authors on general relativity who wrote together",
           "5,242 nodes, 14,496 links (SNAP)"),
      snap("ca_astroph", "ca-AstroPh.txt.gz", "authors on astrophysics who wrote together",
           "18,772 nodes, 198,110 links (SNAP)"),
      snap("wiki_vote", "wiki-Vote.txt.gz", "who voted on whom among the users of Wikipedia",
           "7,115 nodes, 103,689 links (SNAP)", {{"directed", "true"}}),
      snap("soc_epinions1", "soc-Epinions1.txt.gz", "who trusts whom", "75,879 nodes, 508,837 links (SNAP)",
           {{"directed", "true"}}),
      snap("web_google", "web-Google.txt.gz", "pages and their links, 2002", "875,713 nodes, 5,105,039 links (SNAP)",
           {{"directed", "true"}}),
      snap("roadnet_ca", "roadNet-CA.txt.gz", "roads of California", "1,965,206 nodes, 2,766,607 links (SNAP)"),
      snap("soc_pokec", "soc-pokec-relationships.txt.gz", "friends in a social network",
           "1,632,803 nodes, 30,622,564 links (SNAP)", {{"directed", "true"}}),
      snap("soc_livejournal1", "soc-LiveJournal1.txt.gz", "friends in a social network",
           "4,847,571 nodes, 68,993,773 links (SNAP)", {{"directed", "true"}}),
      snap("com_dblp", "bigdata/communities/com-dblp.ungraph.txt.gz", "authors who wrote together",
           "317,080 nodes, 1,049,866 links (SNAP)"),
      snap("com_amazon", "bigdata/communities/com-amazon.ungraph.txt.gz", "products bought together",
           "334,863 nodes, 925,872 links (SNAP)"),
      snap("com_youtube", "bigdata/communities/com-youtube.ungraph.txt.gz", "friends in a social network",
           "1,134,890 nodes, 2,987,624 links (SNAP)"),
      snap("com_lj", "bigdata/communities/com-lj.ungraph.txt.gz", "friends in a social network",
           "3,997,962 nodes, 34,681,189 links (SNAP)"),
      snap("com_orkut", "bigdata/communities/com-orkut.ungraph.txt.gz", "friends in a social network",
           "3,072,441 nodes, 117,185,083 links (SNAP)"),
      {.name = "email_eu_core",
       .summary = "who wrote to whom in an institute, 42 departments",
       .task = kNodes,
       .license = "SNAP states none; cite the paper that its page names",
       .figure = "1,005 nodes, 25,571 links (SNAP)",
       .format = "edgelist",
       .files = {{{"https://snap.stanford.edu/data/email-Eu-core.txt.gz"}},
                 {{"https://snap.stanford.edu/data/email-Eu-core-department-labels.txt.gz"}}},
       .input = "email-Eu-core.txt.gz",
       .options = {{"labels", "email-Eu-core-department-labels.txt.gz"}, {"directed", "true"}}},
  };
}

/// As names are compared.
std::string plain(std::string_view name) {
  std::string result(name);
  for (char& letter : result) {
    letter = letter == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return result;
}

}  // namespace

std::string_view file_name_of(std::string_view address) {
  address = address.substr(0, address.find('?'));
  return address.substr(address.rfind('/') + 1);
}

std::span<const PublicDataset> public_datasets() {
  static const std::vector<PublicDataset> kRows = rows();
  return kRows;
}

const PublicDataset* find_public_dataset(std::string_view name) {
  const std::span<const PublicDataset> all = public_datasets();
  const auto found = std::ranges::find(all, plain(name), [](const PublicDataset& set) { return plain(set.name); });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace weft
