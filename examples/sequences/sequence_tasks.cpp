// Trains one of the attentions of sequence models on a task that its authors proved it on, with data made on the spot,
// and tells how many answers on fresh sequences are right.
//   sequence_tasks TASK [--attention NAME] [--steps N] [--seed S] [--threads T]
#include <algorithm>
#include <cstdint>
#include <ctime>
#include <exception>
#include <iomanip>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <weft/core/error.hpp>
#include <weft/core/parallel.hpp>

#include "recurrent_reader.hpp"
#include "tasks.hpp"
#include "training.hpp"

namespace {

std::span<const Task> tasks() {
  static const Task kTasks[] = {copy_task(), duplication_task(), listops_task(), pathfinder_task()};
  return kTasks;
}

struct Arguments {
  std::string task;
  std::optional<std::string> attention;
  std::optional<std::int64_t> steps;
  std::uint64_t seed = 0;
  int threads = 1;
};

std::int64_t number_of(const std::string& name, const std::string& text) {
  std::size_t length = 0;
  std::int64_t value = -1;
  try {
    value = std::stoll(text, &length);
  } catch (const std::exception&) {
    length = 0;
  }
  weft::require(length == text.size() && length > 0 && value >= 0, name, " is '", text, "', expected a number from 0");
  return value;
}

Arguments parse(int argc, char** argv) {
  weft::require(argc >= 2 && argc % 2 == 0, "expected a task, and a value after every option");
  Arguments result{.task = argv[1], .attention = {}, .steps = {}};
  for (int i = 2; i < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--attention") {
      result.attention = value;
    } else if (name == "--steps") {
      result.steps = std::max<std::int64_t>(1, number_of(name, value));
    } else if (name == "--seed") {
      result.seed = static_cast<std::uint64_t>(number_of(name, value));
    } else if (name == "--threads") {
      result.threads = static_cast<int>(std::min<std::int64_t>(1024, number_of(name, value)));
    } else {
      throw weft::ArgumentError(weft::concat("there is no option '", name, "'"));
    }
  }
  return result;
}

const Task& task_of(const Arguments& arguments) {
  const auto found = std::ranges::find(tasks(), arguments.task, &Task::name);
  weft::require(found != tasks().end(), "there is no task '", arguments.task, "'");
  return *found;
}

/// The task's recipe for the attention asked for; for one that it has none for, the first with that attention put in.
Recipe recipe_of(const Task& task, const Arguments& arguments) {
  Recipe recipe = task.recipes.front();
  if (arguments.attention) {
    const auto found = std::ranges::find(task.recipes, *arguments.attention, &Recipe::attention);
    if (found != task.recipes.end()) {
      recipe = *found;
    } else {
      weft::require(!task.is_causal, task.name, ": attention is ", *arguments.attention,
                    ", expected one that looks back only; sequence_tasks --help lists them");
      recipe.attention = *arguments.attention;
    }
  }
  recipe.steps = arguments.steps.value_or(recipe.steps);
  return recipe;
}

void run(const Arguments& arguments) {
  const Task& task = task_of(arguments);
  const Recipe recipe = recipe_of(task, arguments);
  const Seeds seeds(arguments.seed);
  const weft::Options options = options_for(recipe);
  const auto model = make_model(task, options, seeds.weights);
  std::cout << task.name << ' ' << recipe.attention << ": " << weft::num_parameters(*model) << " parameters, "
            << recipe.steps << " steps of " << recipe.batch << " sequences\n";

  // Of all threads, and without what the machine does beside.
  const auto processor_seconds = [] { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; };
  const std::int64_t every = (recipe.steps + 14) / 15;
  double sum = 0.0;
  std::int64_t count = 0;
  std::cout << std::fixed << std::setprecision(3);
  train(*model, task, recipe, seeds.training, [&](std::int64_t step, double loss) {
    sum += loss;
    ++count;
    if (step % every == 0 || step == recipe.steps) {
      std::cout << "step " << step << "  loss " << sum / static_cast<double>(count) << "  " << std::setprecision(0)
                << processor_seconds() << std::setprecision(3) << " s of processor time\n"
                << std::flush;
      sum = 0.0;
      count = 0;
    }
  });
  const TestResult result = test(*model, task, seeds.test);
  if (task.name == "copy" && RecurrentReader::can_read(options)) {
    tell_of_recurrence(std::cout, *model, options, task.draw(seeds.test.stream(0), 8));
  }
  std::cout << task.name << ' ' << recipe.attention << ": " << task.unit << " accuracy " << result.accuracy << " on "
            << result.num_answers << " fresh " << task.unit << "s (guessing: " << std::setprecision(2)
            << result.guessing << ")\n";
}

void print_usage() {
  std::cerr << "usage: sequence_tasks TASK [--attention NAME] [--steps N] [--seed S] [--threads T]\n";
  for (const Task& task : tasks()) {
    std::cerr << "  " << task.name << ": " << task.summary << " (";
    for (std::size_t i = 0; i < task.recipes.size(); ++i) {
      std::cerr << (i > 0 ? ", " : "") << task.recipes[i].attention;
    }
    std::cerr << ")\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || std::string_view(argv[1]) == "--help") {
    print_usage();
    return argc < 2 ? 2 : 0;
  }
  try {
    const Arguments arguments = parse(argc, argv);
    weft::with_threads(arguments.threads, [&] { run(arguments); });
  } catch (const std::exception& error) {
    std::cerr << "sequence_tasks: " << error.what() << '\n';
    return 1;
  }
}
