#include <cstdio>
#include <exception>

#include "tools/flopprof/commands.h"

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

/// `flopprof conv`, as `flopprof` hands it over: the arguments are the same.
int run(int argc, char** argv) {
  using flopprof::tools::ExitWith;
  CLI::App app{"The measuring half of `flopprof conv`"};
  app.name("flopprof");
  app.require_subcommand(1);
  flopprof::tools::add_conv(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  } catch (const ExitWith& end) {
    if (!end.message.empty()) std::fprintf(stderr, "flopprof: %s\n", end.message.c_str());
    return end.status;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "flopprof: %s\n", error.what());
    return kFailed;
  }
}
