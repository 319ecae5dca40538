// libflopprof_preload.so is in every process of the job, shells included. It therefore needs libc
// only, prints nothing, and does nothing unless the process has LibTorch mapped.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "profiler/capture/ancestors.h"
#include "profiler/capture/fault_line.h"

#define EXPORTED __attribute__((visibility("default")))

static char prefix[PATH_MAX];  // empty when this library's own path is of no use

// The collector's functions; all null until it is loaded into this process.
static struct {
  void (*flush)(void);
  void (*step_begin)(const char*);
  void (*step_end)(void);
  void (*layer_enter)(const char*);
  void (*layer_leave)(void);
} collector;
static pthread_once_t load_once = PTHREAD_ONCE_INIT;

// The process whose memory this is. fork() runs the handler that renews it; vfork() and raw clone()
// do not, so that a child which only borrows its parent's memory is told apart by its pid.
static pid_t owner;

static void note_fork(void) { owner = getpid(); }

static int is_run_set(void) {
  const char* run = getenv("FLOPPROF_RUN");
  return run != NULL && run[0] != '\0';
}

static int is_libtorch(struct dl_phdr_info* library, size_t size, void* found) {
  (void)size;
  const char* slash = strrchr(library->dlpi_name, '/');
  const char* name = slash != NULL ? slash + 1 : library->dlpi_name;
  if (strncmp(name, "libtorch_cpu.so", sizeof "libtorch_cpu.so" - 1) != 0) return 0;
  *(int*)found = 1;
  return 1;
}

static int libtorch_is_mapped(void) {
  int found = 0;
  dl_iterate_phdr(is_libtorch, &found);
  return found;
}

// The prefix is two folders up from here. The path is taken as the loader was given it: the
// launcher may have gone through a link because LD_PRELOAD cannot hold the real one.
static void find_prefix(void) {
  Dl_info self;
  if (dladdr(&owner, &self) == 0 || self.dli_fname == NULL || self.dli_fname[0] != '/') return;
  if (strlen(self.dli_fname) >= sizeof prefix) return;
  strcpy(prefix, self.dli_fname);
  for (int folders = 0; folders < 2; ++folders) {
    char* slash = strrchr(prefix, '/');
    if (slash == NULL) return;
    *slash = '\0';
  }
}

static int path_in_prefix(char* path, size_t size, const char* below) {
  if (prefix[0] == '\0') return 0;
  const int length = snprintf(path, size, "%s/%s", prefix, below);
  return length > 0 && (size_t)length < size;
}

static void load_collector(void) {
  char path[PATH_MAX];
  if (!is_run_set() || !path_in_prefix(path, sizeof path, "lib/libflopprof.so")) return;
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  owner = getpid();
  pthread_atfork(NULL, NULL, note_fork);
  *(void**)&collector.step_begin = dlsym(library, "flopprof_step_begin");
  *(void**)&collector.step_end = dlsym(library, "flopprof_step_end");
  *(void**)&collector.layer_enter = dlsym(library, "flopprof_layer_enter");
  *(void**)&collector.layer_leave = dlsym(library, "flopprof_layer_leave");
  *(void**)&collector.flush = dlsym(library, "flopprof_flush");
}

static void attach_libtorch(void) {
  pthread_once(&load_once, load_collector);
  char path[PATH_MAX];
  if (collector.flush == NULL || !path_in_prefix(path, sizeof path, "lib/libflopprof.so")) return;
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  int (*attach)(void) = NULL;
  *(void**)&attach = dlsym(library, "flopprof_attach_libtorch");
  if (attach != NULL) attach();
}

// Scripts say `PYTHONPATH=src python train.py`; the start-up hook must be the first all the same.
static void keep_hook_in_pythonpath(void) {
  char hook[PATH_MAX];
  if (!path_in_prefix(hook, sizeof hook, "share/flopprof/hook")) return;
  const char* old = getenv("PYTHONPATH");
  if (old == NULL || old[0] == '\0') {
    setenv("PYTHONPATH", hook, 1);
    return;
  }
  const size_t length = strlen(hook);
  if (strncmp(old, hook, length) == 0 && (old[length] == ':' || old[length] == '\0')) return;
  char* joined = NULL;
  if (asprintf(&joined, "%s:%s", hook, old) < 0) return;
  setenv("PYTHONPATH", joined, 1);
  free(joined);
}

__attribute__((constructor)) static void start(void) {
  const char* run = getenv("FLOPPROF_RUN");
  if (run != NULL && run[0] == '\0') return;  // set and empty: this process is not to be seen
  owner = getpid();
  if (run == NULL && !(libtorch_is_mapped() && flopprof_take_from_ancestors())) return;
  find_prefix();
  keep_hook_in_pythonpath();
  if (libtorch_is_mapped()) attach_libtorch();
}

// LibTorch in a process that never attached: python -I, -E or -S, or a late dlopen. A forked child
// is left out: its parent reports, and a thread of the parent may have held the loader's locks.
__attribute__((destructor)) static void report_if_missed(void) {
  if (collector.flush != NULL || owner != getpid() || !libtorch_is_mapped()) return;
  if (!is_run_set() && !flopprof_take_from_ancestors()) return;
  flopprof_report_not_attached();
}

// os._exit and multiprocessing's forked children end without atexit handlers.
static void end_now(int status) __attribute__((noreturn));
static void end_now(int status) {
  if (collector.flush != NULL && getpid() == owner) collector.flush();
  for (;;) syscall(SYS_exit_group, status);
}

EXPORTED void _exit(int status) { end_now(status); }
EXPORTED void _Exit(int status) { end_now(status); }

#define FORWARD(function, ...)              \
  pthread_once(&load_once, load_collector); \
  if (collector.function != NULL) collector.function(__VA_ARGS__)

EXPORTED void flopprof_step_begin(const char* name) { FORWARD(step_begin, name); }
EXPORTED void flopprof_step_end(void) { FORWARD(step_end); }
EXPORTED void flopprof_layer_enter(const char* path) { FORWARD(layer_enter, path); }
EXPORTED void flopprof_layer_leave(void) { FORWARD(layer_leave); }
