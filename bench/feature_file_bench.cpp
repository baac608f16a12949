// Features four times as large as the memory limit, read from their file as training on samples reads them, beside
// reading the same file from its begin to its end.
//
//   weft_feature_file_bench FOLDER [limit in MB, 256] [threads, 2]
//
// FOLDER takes a file of a little more than four limits for as long as the program runs. A quarter of the limit keeps
// the rows that are read most, as `weft train --memory-limit` does. Before every measurement the kernel is told to
// forget the file (posix_fadvise, POSIX_FADV_DONTNEED): what the disk itself or the host of a virtual machine keeps
// stays, for both alike. Rates count what is asked for: rows of a batch, bytes of the file. Every batch is compared bit
// by bit with the same rows from memory.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <numeric>

#include <fcntl.h>
#include <unistd.h>

#include "bench/inputs.hpp"
#include "bench/rounds.hpp"
#include "weft/graph/reordering.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/feature_file.hpp"
#include "weft/samplers/neighbor_sampler.hpp"

namespace weft::bench {
namespace {

constexpr std::int64_t kColumns = 128, kBatches = 10, kRounds = 3;

class File {
 public:
  explicit File(const std::filesystem::path& path) : descriptor_(open(path.c_str(), O_RDONLY)) {
    require(descriptor_ >= 0 && fsync(descriptor_) == 0, "feature_file_bench: ", path.string(), " cannot be opened");
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { close(descriptor_); }

  void forget() const {
    require(posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED) == 0,
            "feature_file_bench: the kernel does not forget the file");
  }
  /// Bytes read, from the begin to the end.
  [[nodiscard]] std::int64_t read_all() const {
    std::vector<char> piece(std::size_t{4} << 20);
    std::int64_t total = 0;
    for (ssize_t count; (count = pread(descriptor_, piece.data(), piece.size(), total)) > 0;) {
      total += count;
    }
    return total;
  }

 private:
  int descriptor_;
};

Dataset dataset_of(std::int64_t bytes) {
  Dataset data;
  data.name = "large";
  data.num_classes = 2;
  const std::int64_t nodes = bytes / (4 * kColumns);
  data.graph = rmat({.num_nodes = nodes, .num_edges = 10 * nodes, .undirected = true, .seed = 1});
  data.node_features = random_matrix(nodes, kColumns, 2);
  data.node_labels = std::vector<std::int64_t>(static_cast<std::size_t>(nodes), 0);
  return data;
}

/// Bytes a second of the batches, the file forgotten before each.
double rate_of(const FeatureFile& features, const File& file, const std::vector<Buffer<NodeId>>& batches,
               const Tensor& in_memory) {
  double total = 0, bytes = 0;
  for (const Buffer<NodeId>& batch : batches) {
    file.forget();
    Features read;
    total += seconds([&] { read = features.rows(batch); });
    const auto& x = std::get<Tensor>(read);
    const Tensor same = gather_rows(in_memory, batch);
    require(std::memcmp(x.data(), same.data(), static_cast<std::size_t>(4 * x.size())) == 0,
            "feature_file_bench: rows of the file differ from those in memory");
    bytes += static_cast<double>(4 * x.size());
  }
  return bytes / total;
}

std::vector<Buffer<NodeId>> batches_of(const CsrGraph& graph) {
  std::vector<NodeId> nodes(static_cast<std::size_t>(graph.num_nodes()));
  std::iota(nodes.begin(), nodes.end(), NodeId{0});
  const NeighborSampler sampler(graph, SeedBatches(std::move(nodes), {.batch_size = 1024}), {.fanouts = {15, 10, 5}});
  std::vector<Buffer<NodeId>> batches;
  for (std::int64_t i = 0; i < kBatches; ++i) {
    batches.push_back(std::move(sampler.sample(0, i).inputs));
  }
  return batches;
}

void print(const char* what, const std::vector<double>& rates, double sequential) {
  std::printf("%-28s %7.0f MB/s, %.2f of the sequential rate\n", what, median(rates) / 1e6, median(rates) / sequential);
}

void run(const std::filesystem::path& path, std::int64_t limit) {
  const Dataset data = dataset_of(4 * limit);
  write_dataset(data, path);
  const auto& in_memory = std::get<Tensor>(data.node_features.in_memory());
  const File file(path);
  const auto plain = FeatureFile::open(path), keeping = FeatureFile::open(path);
  require(plain != nullptr && keeping != nullptr, "feature_file_bench: the features cannot be read by rows");
  keeping->keep(most_read_nodes(data.graph, limit / 4 / (4 * kColumns)));
  const std::vector<Buffer<NodeId>> batches = batches_of(data.graph);
  std::vector<double> sequential, rows, kept_rows;
  for (std::int64_t round = 0; round < kRounds; ++round) {
    file.forget();
    std::int64_t bytes = 0;
    const double time = seconds([&] { bytes = file.read_all(); });
    sequential.push_back(static_cast<double>(bytes) / time);
    rows.push_back(rate_of(*plain, file, batches, in_memory));
    kept_rows.push_back(rate_of(*keeping, file, batches, in_memory));
  }
  std::printf("features of %lld rows, %lld MB; batches of %zu rows on average; %d threads\n",
              static_cast<long long>(in_memory.rows()), static_cast<long long>(4 * in_memory.size() / 1000000),
              std::accumulate(batches.begin(), batches.end(), std::size_t{0},
                              [](std::size_t sum, const Buffer<NodeId>& b) { return sum + b.size(); }) /
                  batches.size(),
              num_threads());
  print("the file, begin to end", sequential, median(sequential));
  print("rows of batches", rows, median(sequential));
  print("with the most read ones kept", kept_rows, median(sequential));
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: weft_feature_file_bench FOLDER [limit in MB] [threads]\n");
    return 2;
  }
  const std::filesystem::path path = std::filesystem::path(argv[1]) / "weft_feature_file_bench.h5";
  int status = 0;
  try {
    weft::with_threads(argc > 3 ? std::atoi(argv[3]) : 2,
                       [&] { weft::bench::run(path, std::int64_t{argc > 2 ? std::atoi(argv[2]) : 256} << 20); });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weft_feature_file_bench: %s\n", error.what());
    status = 1;
  }
  std::filesystem::remove(path);
  return status;
}
