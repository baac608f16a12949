/* A program in C99 that knows weft.h alone: predicts the nodes of a graph in a file of plain arrays.
     capi_program MODEL ARRAYS OUTPUT [THREADS]
   ARRAYS: int64 nodes, edges, columns; int64 [nodes + 1] indptr; uint32 [edges] indices; float32 [nodes, columns].
   OUTPUT: float32 [nodes, outputs], then float32 [nodes, embedding]. */
#include "weft/capi/weft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void* numbers(FILE* file, size_t size, size_t count) {
  void* read = malloc(size * count + 1);
  if (read == NULL || fread(read, size, count, file) != count) {
    fprintf(stderr, "the arrays are too short\n");
    exit(9);
  }
  return read;
}

static int failed(weft_status status) {
  fprintf(stderr, "status %d: %s\n", (int)status, weft_last_error());
  return (int)status;
}

int main(int argc, char** argv) {
  if (argc < 4) {
    return 9;
  }
  weft_call call;
  memset(&call, 0, sizeof call);
  call.size = sizeof call;
  call.threads = argc > 4 ? atoi(argv[4]) : 0;
  weft_model* model = NULL;
  weft_status status = weft_model_load(argv[1], &call, &model);
  if (status != WEFT_OK) {
    return failed(status);
  }

  FILE* file = fopen(argv[2], "rb");
  if (file == NULL) {
    return 9;
  }
  int64_t* sizes = numbers(file, sizeof(int64_t), 3);
  const size_t nodes = (size_t)sizes[0], edges = (size_t)sizes[1], columns = (size_t)sizes[2];
  int64_t* indptr = numbers(file, sizeof(int64_t), nodes + 1);
  uint32_t* indices = numbers(file, sizeof(uint32_t), edges);
  float* x = numbers(file, sizeof(float), nodes * columns);
  fclose(file);

  const weft_graph graph = {
      .size = sizeof graph, .nodes = (int64_t)nodes, .edges = (int64_t)edges, .indptr = indptr, .indices = indices};
  const weft_features features = {
      .size = sizeof features, .kind = WEFT_DENSE, .rows = (int64_t)nodes, .columns = (int64_t)columns, .values = x};
  const size_t outputs = (size_t)weft_model_outputs(model), width = (size_t)weft_model_embedding(model);
  float* probabilities = malloc(sizeof(float) * nodes * outputs + 1);
  float* embedding = malloc(sizeof(float) * nodes * width + 1);
  status = weft_predict(model, &graph, &features, NULL, NULL, (int64_t)nodes, probabilities, embedding, &call);
  if (status != WEFT_OK) {
    return failed(status);
  }
  file = fopen(argv[3], "wb");
  if (file == NULL || fwrite(probabilities, sizeof(float), nodes * outputs, file) != nodes * outputs ||
      fwrite(embedding, sizeof(float), nodes * width, file) != nodes * width || fclose(file) != 0) {
    return 9;
  }
  printf("weft %s, abi %d, %s, %s\n%s\n", weft_version(), weft_abi(), weft_model_class(model, 0),
         weft_model_class(model, (int64_t)outputs) == NULL ? "no more" : "more", weft_model_describe(model));
  weft_model_free(model);
  free(sizes);
  free(indptr);
  free(indices);
  free(x);
  free(probabilities);
  free(embedding);
  return 0;
}
