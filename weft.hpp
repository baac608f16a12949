// The door: all that a program needs which trains, asks and generates with Weft, as the command does. What builds
// layers and models of its own includes them by name; so does what hands graphs to Boost.Graph
// (weft/graph/boost_graph.hpp), since only that header needs Boost to be installed.
#pragma once

#include "weft/core/error.hpp"
#include "weft/core/options.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/progress.hpp"
#include "weft/core/version.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/importers.hpp"
#include "weft/layers/models.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/generation_request.hpp"
#include "weft/tensor/tensor.hpp"
