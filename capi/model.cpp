#include "weft/capi/model.hpp"

#include <memory>
#include <string>
#include <utility>

#include "weft/capi/calls.hpp"
#include "weft/capi/description.hpp"
#include "weft/capi/files.hpp"
#include "weft/io/model_file.hpp"
#include "weft/layers/models.hpp"
#include "weft/runs/output_names.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft::capi {
namespace {

std::int64_t embedding_width_of(const TrainedModel& model) {
  const NodeModel* network = model.trained().node_model();
  return network == nullptr ? 0 : network->embedding_width();
}

/// Errors call the file by `name`.
std::unique_ptr<weft_model> read_model(const std::filesystem::path& file, const std::string& name) {
  try {
    return std::make_unique<weft_model>(TrainedModel::from_file(read_model_file(file), name));
  } catch (const DataError& error) {
    throw DataError(name, error.object(), error.problem());
  }
}

weft_model* loaded(const weft_call& call, const std::filesystem::path& file, const std::string& name) {
  std::unique_ptr<weft_model> model;
  run(call, [&] {
    rehearsed(call, name, file, [&] { (void)read_model(file, name); });
    with_threads(call.threads, [&] { model = read_model(file, name); });
  });
  return model.release();
}

}  // namespace

const weft_model& model_at(const weft_model* model) {
  require(model != nullptr, "model is NULL");
  return *model;
}

}  // namespace weft::capi

weft_model::weft_model(weft::TrainedModel loaded)
    : trained(std::move(loaded)),
      names(weft::output_names(trained)),
      description(weft::capi::description_of(trained, names)),
      embedding(weft::capi::embedding_width_of(trained)) {}

weft_status weft_model_load(const char* path, const weft_call* call, weft_model** out) {
  return weft::capi::status_of([&] {
    weft::require(out != nullptr, "weft_model_load: out is NULL");
    *out = nullptr;
    weft::require(path != nullptr && *path != '\0', "weft_model_load: path is ", path == nullptr ? "NULL" : "empty",
                  ", expected a model file or a run folder");
    *out = weft::capi::loaded(weft::capi::call_of(call), weft::model_file_in(path), path);
  });
}

weft_status weft_model_load_bytes(const void* bytes, size_t size, const weft_call* call, weft_model** out) {
  return weft::capi::status_of([&] {
    weft::require(out != nullptr, "weft_model_load_bytes: out is NULL");
    *out = nullptr;
    const weft_call how = weft::capi::call_of(call);
    const weft::capi::BytesAsFile file(bytes, size);
    *out = weft::capi::loaded(how, file.path(), "the bytes of a model");
  });
}

void weft_model_free(weft_model* model) {
  const std::unique_ptr<weft_model> freed(model);
}

int64_t weft_model_outputs(const weft_model* model) {
  return model == nullptr ? -1 : static_cast<int64_t>(model->names.size());
}

int64_t weft_model_embedding(const weft_model* model) {
  return model == nullptr ? -1 : model->embedding;
}

const char* weft_model_class(const weft_model* model, int64_t output) {
  return model == nullptr || output < 0 || output >= weft_model_outputs(model)
             ? nullptr
             : model->names[static_cast<std::size_t>(output)].c_str();
}

const char* weft_model_describe(const weft_model* model) {
  return model == nullptr ? nullptr : model->description.c_str();
}
