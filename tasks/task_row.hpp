// A row of the table of tasks: what it says, how the task is made of data and how a trained one is opened from a model
// file. A new task is a pair of files, a row, a test and a page.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "weft/io/model_file.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft {

struct TaskRow {
  TaskInfo info;
  std::unique_ptr<Task> (*make)(const Dataset& dataset, const TrainJob& job);
  std::unique_ptr<TrainedTask> (*open)(ModelDescription description, const ModelFile& file);
};

/// The trained model that a file holds, which `name` names in errors. Throws DataError if it holds none.
[[nodiscard]] std::unique_ptr<TrainedTask> open_task(const ModelFile& file, const std::string& name);

/// For the rows of the table.
template <class T>
std::unique_ptr<Task> make_task_of(const Dataset& dataset, const TrainJob& job) {
  return std::make_unique<T>(dataset, job);
}
template <class T>
std::unique_ptr<TrainedTask> open_task_of(ModelDescription description, const ModelFile& file) {
  return std::make_unique<T>(std::move(description), file.tensors);
}

}  // namespace weft
