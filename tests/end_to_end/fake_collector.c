// Stands in for libflopprof.so: each call becomes a line "PID call argument" of
// $FAKE_COLLECTOR_LOG.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

static void note(const char* call, const char* argument) {
  const char* path = getenv("FAKE_COLLECTOR_LOG");
  FILE* log = path == NULL ? NULL : fopen(path, "ae");
  if (log == NULL) return;
  fprintf(log, "%d %s %s\n", (int)getpid(), call, argument == NULL ? "-" : argument);
  fclose(log);
}

EXPORTED int flopprof_attach_libtorch(void) {
  note("attach", NULL);
  return 0;
}
EXPORTED void flopprof_flush(void) { note("flush", NULL); }
EXPORTED void flopprof_step_begin(const char* name) { note("step_begin", name); }
EXPORTED void flopprof_step_end(void) { note("step_end", NULL); }
EXPORTED void flopprof_layer_enter(const char* path) { note("layer_enter", path); }
EXPORTED void flopprof_layer_leave(void) { note("layer_leave", NULL); }

EXPORTED int flopprof_add_formula(const char* op, const char* expression, char* error,
                                  size_t size) {
  if (strchr(expression, '*') != NULL) {
    note("formula", op);
    return 0;
  }
  snprintf(error, size, "%s is no product", expression);
  return 1;
}
