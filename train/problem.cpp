#include "weft/train/problem.hpp"

#include "weft/train/graph_problem.hpp"
#include "weft/train/node_problem.hpp"

namespace weft {

std::unique_ptr<Problem> make_problem(const Dataset& dataset, const TrainJob& job) {
  switch (dataset.task) {
    case Task::node_classification:
      return std::make_unique<NodeProblem>(dataset, job);
    case Task::graph_classification:
    case Task::graph_regression:
      return std::make_unique<GraphProblem>(dataset, job);
    default:
      throw ArgumentError(concat("train: the task is ", name_of(dataset.task), ", expected ",
                                 name_of(Task::node_classification), ", ", name_of(Task::graph_classification), " or ",
                                 name_of(Task::graph_regression)));
  }
}

}  // namespace weft
