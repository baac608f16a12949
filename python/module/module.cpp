// The extension weft._weft, which the package weft wraps: names and defaults that users meet stand in weft/*.py.
#include "weft/core/version.hpp"
#include "weft/python/module/parts.hpp"

NB_MODULE(_weft, module) {
  using namespace weft::python;
  add_errors(module);
  add_tables(module);
  add_graph(module);
  add_dataset(module);
  add_training(module);
  add_trained_model(module);
  add_sampler(module);
  module.attr("version") = std::string(weft::version()).c_str();
}
