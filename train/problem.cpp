#include "weft/train/problem.hpp"

#include "weft/train/graph_problem.hpp"
#include "weft/train/link_problem.hpp"
#include "weft/train/node_problem.hpp"

namespace weft {

std::unique_ptr<NodeModel> Problem::new_model(const Random& random) const {
  return make_model(job_.model, shape_, options(), random);
}

std::unique_ptr<Problem> make_problem(const Dataset& dataset, const TrainJob& job) {
  switch (dataset.task) {
    case Task::node_classification:
      return std::make_unique<NodeProblem>(dataset, job);
    case Task::graph_classification:
    case Task::graph_regression:
      return std::make_unique<GraphProblem>(dataset, job);
    case Task::link_prediction:
      return std::make_unique<LinkProblem>(dataset, job);
    default:
      throw ArgumentError(concat("train: the task is ", name_of(dataset.task), ", expected ",
                                 name_of(Task::node_classification), ", ", name_of(Task::graph_classification), ", ",
                                 name_of(Task::graph_regression), " or ", name_of(Task::link_prediction)));
  }
}

}  // namespace weft
