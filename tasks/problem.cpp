#include "weft/tasks/problem.hpp"

#include "weft/tasks/graph_task.hpp"
#include "weft/tasks/link_task.hpp"
#include "weft/tasks/node_task.hpp"

namespace weft {

std::unique_ptr<Problem> make_problem(const Dataset& dataset, const TrainJob& job) {
  switch (dataset.task) {
    case Task::node_classification:
    case Task::node_regression:
      return std::make_unique<NodeProblem>(dataset, job);
    case Task::graph_classification:
    case Task::graph_regression:
      return std::make_unique<GraphProblem>(dataset, job);
    case Task::link_prediction:
      return std::make_unique<LinkProblem>(dataset, job);
    case Task::generation:
      break;
  }
  throw ArgumentError(
      concat("train: the task is ", name_of(dataset.task), ", expected one about nodes, graphs or links"));
}

}  // namespace weft
