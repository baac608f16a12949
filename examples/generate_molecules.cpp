// Draws molecules from a generator that `weft train --task generation` trained, and prints their SMILES.
//   generate_molecules RUN [COUNT]
#include <cstdlib>
#include <exception>
#include <iostream>

#include <weft/molecules/molecules.hpp>
#include <weft/runs/trained_model.hpp>

int main(int argc, char** argv) try {
  const weft::TrainedModel model = weft::TrainedModel::load(argc > 1 ? argv[1] : "run");
  const long count = argc > 2 ? std::atol(argv[2]) : 10;
  for (const weft::SampledGraph& sample : model.generate(count, {.seed = 1, .temperature = 0.9})) {
    std::cout << weft::write_smiles(sample.graph, model.generator().alphabet) << '\n';
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
