// weft export: a trained model in a form that others read, safetensors, ONNX or a model card, or as a model file again.
#include <CLI/CLI.hpp>

#include <optional>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/model_commands.hpp"
#include "weft/cli/text_output.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/io/safetensors.hpp"
#include "weft/runs/model_card.hpp"
#include "weft/runs/onnx_model.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/runs/run_report.hpp"

namespace weft::cli {
namespace {

struct ExportFlags : SharedFlags {
  std::string run, output;
};

void write_card(const ExportFlags& flags) {
  const std::string card = model_card(TrainedModel::load(flags.run), read_run(flags.run));
  writing([&] {
    TextOutput file(flags.output);
    file.write(card);
    file.commit();
  });
}

void export_run(const ExportFlags& flags, const std::string& extension) {
  const std::filesystem::path input = model_file_in(flags.run);
  const ModelFile model = read_any_model_file(input);
  const TrainedModel trained = TrainedModel::from_file(model, input.string());
  std::int64_t numbers = 0;
  for (const NamedTensor& tensor : model.tensors) {
    numbers += tensor.value.size();
  }
  if (extension == ".md") {
    write_card(flags);
  } else {
    writing([&] {
      extension == ".h5"     ? write_model_file(model, flags.output)
      : extension == ".onnx" ? write_onnx(trained, model, flags.output)
                             : write_safetensors(model, flags.output);
    });
  }
  if (flags.json) {
    print_json(Json{{"path", flags.output},
                    {"model", trained.model()},
                    {"dataset", trained.dataset()},
                    {"task", trained.task().name()},
                    {"tensors", model.tensors.size()},
                    {"numbers", numbers}});
  }
  const std::string what = extension == ".md" ? std::string("the card of ") + trained.model()
                                              : concat(model.tensors.size(), " tensors, ", numbers, " numbers");
  say(flags.quiet, concat("wrote ", name_of_output(flags.output), ": ", what));
}

}  // namespace

Work add_export_command(CLI::App& app) {
  const auto flags = std::make_shared<ExportFlags>();
  CLI::App* command = app.add_subcommand("export", "a trained model for other programs, or its card for readers");
  command->add_option("RUN", flags->run, "a run folder, a model file, or a .safetensors file that this command wrote")
      ->required();
  command
      ->add_option(
          "-o,--output", flags->output,
          "the file to write. .safetensors: all tensors, and the settings as text beside them, which Weft opens "
          "again wherever a RUN is asked for; .h5: a model file; .onnx: a network for ONNX Runtime and others, of "
          "models of nodes that are convolutions one after the other (gcn, sage, gat, mlp, ...); .md: a model card, "
          "what the model is, how it was judged and what is not known of it; -: the card on standard output")
      ->required();
  add_shared_flags(*command, *flags,
                   "Example: weft export run -o model.safetensors\n"
                   "         weft export model.safetensors -o model.h5\n"
                   "         weft export run -o model.onnx\n"
                   "         weft export run -o card.md");
  return [flags] {
    const bool is_to_output = is_standard_output(flags->output);
    const std::string extension = is_to_output ? ".md" : std::filesystem::path(flags->output).extension().string();
    require(extension == ".safetensors" || extension == ".h5" || extension == ".onnx" || extension == ".md",
            "weft export: '", flags->output,
            "' ends in none of .safetensors, .h5, .onnx and .md, which decides what is written");
    if (!is_to_output) {
      require_new_output(flags->output, {flags->run, model_file_in(flags->run)});
    }
    require_one_use_of_standard_output(flags->output, flags->json);
    rehearse_model(flags->run, *flags);
    if (extension == ".md") {
      rehearse_run(flags->run, *flags);
    }
    with_threads(flags->threads, [&] { export_run(*flags, extension); });
  };
}

}  // namespace weft::cli
