/* Scores nodes of files of its own with a trained model, as a job that is written in C would.
     classify MODEL NODES EDGES
   MODEL: a run folder, or a model file of classes of nodes. NODES: a line for each node, its numbers between blanks.
   EDGES: two numbers of nodes a line, which know each other. Prints the class of each node and its probability. Ctrl-C
   ends it: Weft leaves signals to the program. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weft/capi/weft.h>

static volatile sig_atomic_t interrupted = 0;
static void on_interrupt(int signal) {
  (void)signal;
  interrupted = 1;
}
static int is_interrupted(void* context) {
  (void)context;
  return interrupted;
}

static void fail(const char* what) {
  fprintf(stderr, "classify: %s\n", what);
  exit(1);
}

static void* grown(void* array, size_t bytes) {
  void* larger = realloc(array, bytes > 0 ? bytes : 1);
  if (larger == NULL) {
    fail("there is not enough memory");
  }
  return larger;
}

/* Every number of a file. */
static double* read_numbers(const char* path, size_t* count) {
  FILE* file = fopen(path, "r");
  if (file == NULL) {
    fail(path);
  }
  double* numbers = NULL;
  size_t room = 0;
  double number = 0.0;
  for (*count = 0; fscanf(file, "%lf", &number) == 1; ++*count) {
    if (*count == room) {
      room = 2 * room + 64;
      numbers = grown(numbers, room * sizeof *numbers);
    }
    numbers[*count] = number;
  }
  if (!feof(file)) {
    fail("a word that is no number");
  }
  fclose(file);
  return numbers;
}

static int ascending(const void* a, const void* b) {
  const uint32_t left = *(const uint32_t*)a, right = *(const uint32_t*)b;
  return (left > right) - (left < right);
}

/* Pairs as compressed rows, both ways, each once. Returns how many there are. */
static int64_t make_rows(const double* pairs, size_t num_pairs, int64_t nodes, int64_t* indptr, uint32_t* indices) {
  int64_t* ends = calloc((size_t)nodes + 1, sizeof *ends);
  if (ends == NULL) {
    fail("there is not enough memory");
  }
  for (size_t i = 0; i < 2 * num_pairs; ++i) {
    if (!(pairs[i] >= 0 && pairs[i] < (double)nodes)) {
      fail("an edge of a node that is not there");
    }
    ++ends[(size_t)pairs[i] + 1];
  }
  for (int64_t v = 0; v < nodes; ++v) {
    ends[v + 1] += ends[v];
  }
  memcpy(indptr, ends, ((size_t)nodes + 1) * sizeof *indptr);
  for (size_t i = 0; i < num_pairs; ++i) {
    const size_t u = (size_t)pairs[2 * i], v = (size_t)pairs[2 * i + 1];
    indices[ends[u]++] = (uint32_t)v;
    indices[ends[v]++] = (uint32_t)u;
  }
  int64_t kept = 0;
  for (int64_t v = 0; v < nodes; ++v) {
    const int64_t begin = indptr[v], end = indptr[v + 1];
    qsort(indices + begin, (size_t)(end - begin), sizeof *indices, ascending);
    indptr[v] = kept;
    for (int64_t e = begin; e < end; ++e) {
      if (kept == indptr[v] || indices[kept - 1] != indices[e]) {
        indices[kept++] = indices[e];
      }
    }
  }
  indptr[nodes] = kept;
  free(ends);
  return kept;
}

int main(int argc, char** argv) {
  if (argc != 4) {
    fail("expected MODEL NODES EDGES");
  }
  signal(SIGINT, on_interrupt);
  weft_call call = {0};
  call.size = sizeof call;
  call.cancelled = is_interrupted;
  weft_model* model = NULL;
  if (weft_model_load(argv[1], &call, &model) != WEFT_OK) {
    fail(weft_last_error());
  }

  FILE* first_line = fopen(argv[2], "r");
  int64_t columns = 0;
  for (int c = 0, before = ' '; first_line != NULL && (c = fgetc(first_line)) != EOF && c != '\n'; before = c) {
    columns += strchr(" \t", c) == NULL && strchr(" \t", before) != NULL;
  }
  if (first_line == NULL || columns == 0) {
    fail("the file of nodes has no numbers in its first line");
  }
  fclose(first_line);
  size_t count = 0, num_ends = 0;
  double* numbers = read_numbers(argv[2], &count);
  double* ends = read_numbers(argv[3], &num_ends);
  const int64_t nodes = (int64_t)count / columns;
  float* x = grown(NULL, count * sizeof *x);
  for (size_t i = 0; i < count; ++i) {
    x[i] = (float)numbers[i];
  }
  int64_t* indptr = grown(NULL, ((size_t)nodes + 1) * sizeof *indptr);
  uint32_t* indices = grown(NULL, num_ends * sizeof *indices);

  weft_graph graph = {0};
  graph.size = sizeof graph;
  graph.nodes = nodes;
  graph.edges = make_rows(ends, num_ends / 2, nodes, indptr, indices);
  graph.indptr = indptr;
  graph.indices = indices;
  weft_features features = {0};
  features.size = sizeof features;
  features.kind = WEFT_DENSE;
  features.rows = nodes;
  features.columns = columns;
  features.values = x;
  const int64_t classes = weft_model_outputs(model);
  float* p = grown(NULL, (size_t)(nodes * classes) * sizeof *p);
  if (weft_predict(model, &graph, &features, NULL, NULL, nodes, p, NULL, &call) != WEFT_OK) {
    fail(weft_last_error());
  }
  for (int64_t v = 0; v < nodes; ++v) {
    int64_t best = 0;
    for (int64_t c = 1; c < classes; ++c) {
      best = p[v * classes + c] > p[v * classes + best] ? c : best;
    }
    printf("%lld %s %.3f\n", (long long)v, weft_model_class(model, best), (double)p[v * classes + best]);
  }

  weft_model_free(model);
  free(numbers);
  free(ends);
  free(x);
  free(indptr);
  free(indices);
  free(p);
  return 0;
}
