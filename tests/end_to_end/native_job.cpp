// A program that links LibTorch (a stand-in) and marks its steps. Its argument says how it ends.
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "flopprof/mark.h"

extern "C" int fake_libtorch_is_here();

namespace {

void train() {
  const flopprof::StepScope step("native");
  const flopprof::LayerScope layer("encoder.0");
}

/// The child shares our memory until it ends: it must leave no trace in it, nor in any file.
int end_in_vfork_child() {
  const pid_t child = vfork();
  if (child == 0) _exit(7);
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

int end_in_forked_child() {
  const pid_t child = fork();
  if (child == 0) _exit(8);
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

}  // namespace

int main(int argc, char** argv) {
  const char* how = argc > 1 ? argv[1] : "return";
  train();
  if (std::strcmp(how, "_exit") == 0) _exit(9);
  if (std::strcmp(how, "vfork") == 0) return end_in_vfork_child();
  if (std::strcmp(how, "fork") == 0) return end_in_forked_child();
  return fake_libtorch_is_here() == 1 ? 0 : 1;
}
