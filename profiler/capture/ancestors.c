#define _GNU_SOURCE
#include "profiler/capture/ancestors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { kMostAncestors = 64 };

// Field 4 of /proc/PID/stat. The name in field 2 may hold spaces and parentheses.
static long parent_of(long pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%ld/stat", pid);
  FILE* file = fopen(path, "re");
  if (file == NULL) return 0;
  char text[512];
  const size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = '\0';
  const char* after_name = strrchr(text, ')');
  long parent = 0;
  if (after_name == NULL || sscanf(after_name + 1, " %*c %ld", &parent) != 1) return 0;
  return parent;
}

static void take(const char* variable) {
  const char* equals = strchr(variable, '=');
  if (equals == NULL) return;
  char name[64];
  const size_t length = (size_t)(equals - variable);
  if (length >= sizeof name) return;
  memcpy(name, variable, length);
  name[length] = '\0';
  setenv(name, equals + 1, 0);
}

static int take_from(long pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%ld/environ", pid);
  FILE* file = fopen(path, "re");
  if (file == NULL) return 0;
  char* variable = NULL;
  size_t capacity = 0;
  while (getdelim(&variable, &capacity, '\0', file) > 0) {
    if (strncmp(variable, "FLOPPROF_", sizeof "FLOPPROF_" - 1) == 0) take(variable);
  }
  free(variable);
  fclose(file);
  const char* run = getenv("FLOPPROF_RUN");
  return run != NULL && run[0] != '\0';
}

int flopprof_take_from_ancestors(void) {
  long pid = getppid();
  for (int i = 0; i < kMostAncestors && pid > 1; ++i) {
    if (take_from(pid)) return 1;
    pid = parent_of(pid);
  }
  return 0;
}
