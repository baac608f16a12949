/* Weft for C, and for every language that can call C: load a trained model of any task, predict from arrays of the
   caller, train. docs/c.md shows it by example.

   The caller owns every array that it gives: Weft reads it during the call and keeps nothing. Results are written into
   the caller's arrays. No call prints, exits, throws, or changes locale, signal handlers or the working directory.
   Models are read-only; threads may share one. Where a call fails, weft_last_error() says why, naming the argument, the
   row and what was expected; the arrays for results then hold anything, unless it is said otherwise. */
#ifndef WEFT_CAPI_WEFT_H
#define WEFT_CAPI_WEFT_H

#include <stddef.h>
#include <stdint.h>

/* Of this header. A program may run with any library whose weft_abi() is the same. */
#define WEFT_ABI 1

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

typedef enum weft_status {
  WEFT_OK = 0,
  /* The caller broke what this header asks for, or the arrays do not fit the model. */
  WEFT_ARGUMENT = 1,
  /* A file is not there or breaks its format. */
  WEFT_DATA = 2,
  /* Outputs, a loss or a gradient are not finite. Outputs and scores are written as they are. */
  WEFT_NUMERIC = 3,
  WEFT_MEMORY = 4,
  /* As weft_call.cancelled asked for. */
  WEFT_CANCELLED = 5,
  /* A mistake in Weft itself. */
  WEFT_DEFECT = 6,
  /* What was made cannot be written. */
  WEFT_OUTPUT = 7
} weft_status;

typedef struct weft_model weft_model;

/* One graph, or many laid end to end. Later versions add fields at the end: `size` is sizeof(weft_graph), by which the
   library knows those that a program was built with, and all that is not set is 0. */
typedef struct weft_graph {
  size_t size;
  int64_t nodes, edges;
  /* Row v lists, ascending, the sources u of the edges u -> v: indices[indptr[v]] to indices[indptr[v + 1] - 1].
     [nodes + 1] and [edges]. Of a graph without direction every edge stands there in both. */
  const int64_t* indptr;
  const uint32_t* indices;
  /* Models of graphs: graph g has the nodes node_ptr[g] to node_ptr[g + 1] - 1. [graphs + 1]; otherwise NULL and 0. */
  const int64_t* node_ptr;
  int64_t graphs;
  /* Each NULL or, in the order of `indices`, one for each edge: what it counts, its type, when it came; and one for
     each node: when it is asked about. What the model was not trained with it does not read. */
  const float* edge_weight;
  const int32_t* edge_type;
  const int64_t* edge_time;
  const int64_t* node_time;
} weft_graph;

typedef enum weft_kind { WEFT_NONE = 0, WEFT_DENSE = 1, WEFT_SPARSE = 2, WEFT_CATEGORIES = 3 } weft_kind;

/* Features of nodes or edges, a row each, with the columns of the data that the model was trained on, in their order
   (weft_model_describe() names them). */
typedef struct weft_features {
  size_t size;
  weft_kind kind;
  int64_t rows, columns;
  /* WEFT_DENSE: float32 [rows, columns], row after row. WEFT_CATEGORIES: int32 [rows, columns]. WEFT_SPARSE: float32
     [entries]. */
  const void* values;
  /* WEFT_SPARSE only: row i has the columns indices[indptr[i]] to indices[indptr[i + 1] - 1]. [rows + 1], [entries]. */
  const int64_t* indptr;
  const int32_t* indices;
} weft_features;

/* How one call is carried out. NULL, or all zeros but `size`, is fine. */
typedef struct weft_call {
  size_t size;
  /* At most so many threads; 0: all that the process may use. Results do not depend on it. */
  int threads;
  /* Not 0: files are read in this process at once, without the child process that reads them first, and numbers in
     arrays are not looked at for being finite. */
  int trusted;
  /* NULL, or asked some times a second, from the thread of the caller; not 0 ends the call with WEFT_CANCELLED. It must
     not throw or jump out. */
  int (*cancelled)(void* context);
  void* context;
} weft_call;

/* Of the library, "major.minor.patch", and the WEFT_ABI that it keeps. */
const char* weft_version(void);
int weft_abi(void);

/* What went wrong in the last call of this thread that gives a weft_status, "" if nothing; valid until its next one.
   Never NULL. UTF-8. */
const char* weft_last_error(void);

/* A model file, or the one in a run folder. *out is NULL unless the call is WEFT_OK. */
weft_status weft_model_load(const char* path, const weft_call* call, weft_model** out);
/* The same from the bytes of a model file. */
weft_status weft_model_load_bytes(const void* bytes, size_t size, const weft_call* call, weft_model** out);
/* NULL is fine. */
void weft_model_free(weft_model* model);

/* Columns of the outputs and of the embedding; -1 for NULL. A model that makes graphs has none of either. */
int64_t weft_model_outputs(const weft_model* model);
int64_t weft_model_embedding(const weft_model* model);
/* What an output is called, as `weft predict` heads its column: a class, a label, a target. NULL if there is none of
   that number. Lives as long as the model. */
const char* weft_model_class(const weft_model* model, int64_t output);
/* What the model is, what it reads and what its outputs mean, as a JSON object; NULL for NULL. Lives as long as the
   model. */
const char* weft_model_describe(const weft_model* model);

/* Of nodes, or of graphs where the model judges those: row i is that of wanted[i], or of node or graph i where `wanted`
   is NULL and `count` is the number of all. `edges` may be NULL where the model reads no features of edges, `nodes`
   where the data had none.
   probabilities [count, outputs]: of classes and labels their probabilities, otherwise the values, or the states that
   score pairs. embedding [count, embedding]: what the last layer reads. Either may be NULL. */
weft_status weft_predict(const weft_model* model, const weft_graph* graph, const weft_features* nodes,
                         const weft_features* edges, const int64_t* wanted, int64_t count, float* probabilities,
                         float* embedding, const weft_call* call);

/* A model of links: how likely each pair is a link, before the logistic function. states [rows, outputs]: what
   weft_predict() gave for all nodes. pairs [count, 2]: rows of it. */
weft_status weft_score_pairs(const weft_model* model, const float* states, int64_t rows, const int64_t* pairs,
                             int64_t count, float* scores);

/* As `weft train DATASET -o FOLDER` does it: the folder then holds model.h5, report.html, metrics.jsonl and
   config.toml. keys and values [count]: what --set takes (model, task, split, seed, epochs, hidden, ...), and what the
   command has flags for: resume and overwrite ("true"), memory_limit ("4G"), max_minutes. A wrong one is named with the
   nearest. dataset: a path; NULL where a run goes on. Where the call is cancelled, the folder holds a checkpoint from
   which resume goes on to the same bits. */
weft_status weft_train(const char* dataset, const char* const* keys, const char* const* values, size_t count,
                       const char* folder, const weft_call* call);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

#endif
