// The parts of the extension weft._weft, a file each: what Python sees of a subject of the library.
#pragma once

#include <nanobind/nanobind.h>

namespace weft::python {

void add_errors(nanobind::module_& module);
void add_tables(nanobind::module_& module);
void add_graph(nanobind::module_& module);
void add_dataset(nanobind::module_& module);
void add_training(nanobind::module_& module);
void add_trained_model(nanobind::module_& module);
void add_sampler(nanobind::module_& module);

}  // namespace weft::python
