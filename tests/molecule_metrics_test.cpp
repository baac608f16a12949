#include "weft/generation/molecule_metrics.hpp"
