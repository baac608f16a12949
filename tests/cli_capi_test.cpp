// The C interface beside the command: the same figures to the bit, from a program in C99 too.
#include "weft/capi/weft.h"

#include <cstdio>
#include <string>
#include <vector>

#include "tests/capi_arrays.hpp"
#include "tests/cli_fixture.hpp"
#include "tests/file_content.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/model_file.hpp"

namespace weft::test {
namespace {

/// What `weft predict` says, [rows, outputs].
Tensor predicted_by_the_command(const std::filesystem::path& file) {
  return read_model_file(file, "weft-predictions").tensors.at(0).value;
}

std::string bytes_of(const Tensor& x) {
  return {reinterpret_cast<const char*>(x.data()), static_cast<std::size_t>(x.size()) * sizeof(float)};
}

/// Runs capi_program.c, and gives back what it prints.
std::string run_program(const std::vector<std::filesystem::path>& arguments) {
  std::string command = WEFT_C_PROGRAM;
  for (const auto& argument : arguments) {
    command += " '" + argument.string() + "'";
  }
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::string printed;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    printed += static_cast<char>(c);
  }
  const int status = pclose(pipe);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << printed;
  return printed;
}

TEST_F(Cli, AndAProgramInCSayTheSameToTheBit) {
  make_sbm();
  ASSERT_EQ(weft({"train", "sbm.h5", "--model", "gcn", "--epochs", "5", "-o", "run", "-q"}).code, 0);
  ASSERT_EQ(weft({"predict", "run", "sbm.h5", "-o", "p.h5", "-q"}).code, 0);
  const Tensor expected = predicted_by_the_command(path("p.h5"));
  write_content(path("arrays"), test::bytes_of(read_dataset(path("sbm.h5"))));
  std::string first;
  for (const char* threads : {"1", "2", "4"}) {
    const std::string printed = run_program({path("run"), path("arrays"), path("answer"), threads});
    const std::string answer = content_of(path("answer"));
    const std::string of_expected = bytes_of(expected);
    ASSERT_GT(answer.size(), of_expected.size());
    EXPECT_EQ(answer.substr(0, of_expected.size()), of_expected) << threads << " threads";
    first = first.empty() ? answer : first;
    EXPECT_EQ(answer, first) << "the embedding on " << threads << " threads";
    EXPECT_EQ(printed.substr(0, printed.find('\n')), "weft " WEFT_VERSION ", abi 1, 0, no more");
    const Json described = Json::parse(printed.substr(printed.find('\n')));
    EXPECT_EQ(described["task"], "node_classification");
    EXPECT_EQ(described["model"], "gcn");
    EXPECT_EQ(described["rows"], "nodes");
    EXPECT_EQ(described["outputs"], (Json{{"kind", "classes"}, {"names", {"0", "1"}}}));
    EXPECT_EQ(described["nodes"]["kind"], "dense");
    EXPECT_EQ(described["nodes"]["columns"], 8);
    EXPECT_EQ(described["options"]["epochs"], 5);
    EXPECT_EQ(described["embedding"].get<std::size_t>() * 200 * sizeof(float), answer.size() - of_expected.size());
  }
}

}  // namespace
}  // namespace weft::test
