/* Marks for programs that want to name their own steps and layers. Nothing to link (glibc before
   2.34 wants -ldl), and nothing happens in a process that flopprof is not attached to:

     while (train) { flopprof::StepScope step; ... }                          C++
     flopprof_mark_step_begin("train"); ... flopprof_mark_step_end();         C      */
#ifndef FLOPPROF_MARK_H_
#define FLOPPROF_MARK_H_

#include <dlfcn.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The function of that name in libflopprof_preload.so or libflopprof.so; null when not attached.
   The handle NULL is RTLD_DEFAULT, whose name strict C and C++ hide. `cache` starts as NULL. */
static inline void* flopprof_mark_find(void** cache, const char* name) {
  static char not_attached;
  void* found = __atomic_load_n(cache, __ATOMIC_ACQUIRE);
  if (found == NULL) {
    found = dlsym(NULL, name);
    if (found == NULL) found = &not_attached;
    __atomic_store_n(cache, found, __ATOMIC_RELEASE);
  }
  return found == &not_attached ? NULL : found;
}

static inline void flopprof_mark_call(void* found) {
  void (*function)(void);
  if (found == NULL) return;
  memcpy(&function, &found, sizeof function);
  function();
}

static inline void flopprof_mark_call_named(void* found, const char* name) {
  void (*function)(const char*);
  if (found == NULL) return;
  memcpy(&function, &found, sizeof function);
  function(name);
}

/* A step begins here, one optimiser update. The name may be NULL. */
static inline void flopprof_mark_step_begin(const char* name) {
  static void* cache;
  flopprof_mark_call_named(flopprof_mark_find(&cache, "flopprof_step_begin"), name);
}

static inline void flopprof_mark_step_end(void) {
  static void* cache;
  flopprof_mark_call(flopprof_mark_find(&cache, "flopprof_step_end"));
}

/* What this thread does from here belongs to the layer `path`, "encoder.0.attention", until it
   leaves. */
static inline void flopprof_mark_layer_enter(const char* path) {
  static void* cache;
  flopprof_mark_call_named(flopprof_mark_find(&cache, "flopprof_layer_enter"), path);
}

static inline void flopprof_mark_layer_leave(void) {
  static void* cache;
  flopprof_mark_call(flopprof_mark_find(&cache, "flopprof_layer_leave"));
}

#ifdef __cplusplus
} /* extern "C" */

namespace flopprof {

/// One training step, from here to the end of the scope, exceptions included.
struct StepScope {
  explicit StepScope(const char* name = nullptr) { flopprof_mark_step_begin(name); }
  ~StepScope() { flopprof_mark_step_end(); }
  StepScope(const StepScope&) = delete;
  StepScope& operator=(const StepScope&) = delete;
};

/// One layer, from here to the end of the scope.
struct LayerScope {
  explicit LayerScope(const char* path) { flopprof_mark_layer_enter(path); }
  ~LayerScope() { flopprof_mark_layer_leave(); }
  LayerScope(const LayerScope&) = delete;
  LayerScope& operator=(const LayerScope&) = delete;
};

}  // namespace flopprof
#endif

#endif /* FLOPPROF_MARK_H_ */
