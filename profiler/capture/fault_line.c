#define _GNU_SOURCE
#include "profiler/capture/fault_line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// FLOPPROF_FAULTS is /proc/<launcher>/fd/<n>. After the launcher's end, or on another host, that
// pid may be a stranger's: only a memory file of the launcher's name is written to.
static int is_fault_file(const char* path) {
  static const char kTarget[] = "/memfd:flopprof-faults";
  char target[64];
  const ssize_t length = readlink(path, target, sizeof target);
  return length >= (ssize_t)sizeof kTarget - 1 && memcmp(target, kTarget, sizeof kTarget - 1) == 0;
}

// A program's name may hold any byte; those that JSON would have to escape are shown as '?'.
static void program_name(char* name, size_t size) {
  snprintf(name, size, "%s", program_invocation_short_name);
  for (char* c = name; *c != '\0'; ++c) {
    if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\') *c = '?';
  }
}

void flopprof_report_not_attached(void) {
  const char* path = getenv("FLOPPROF_FAULTS");
  if (path == NULL || !is_fault_file(path)) return;
  const int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return;
  char name[64];
  program_name(name, sizeof name);
  char line[512];
  const int length = snprintf(
      line, sizeof line,
      "{\"what\":\"LibTorch not attached\",\"detail\":\"process %ld (%s) used LibTorch unseen\","
      "\"remedy\":\"start Python without -I, -E and -S; let a C++ program link LibTorch instead of "
      "loading it later\"}\n",
      (long)getpid(), name);
  if (length > 0 && (size_t)length < sizeof line) {
    while (write(file, line, (size_t)length) < 0 && errno == EINTR) {
    }
  }
  close(file);
}
