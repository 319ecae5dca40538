#include <cstdio>
#include <exception>

#include "tools/flopprof/commands.h"

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

int run(int argc, char** argv) {
  using flopprof::tools::ExitWith;
  CLI::App app{
      "Count the floating-point operations that a training job executes, without touching it"};
  app.name("flopprof");
  app.set_version_flag("--version", "flopprof " FLOPPROF_VERSION);
  app.require_subcommand(1);
  flopprof::tools::add_run(app);
  flopprof::tools::add_env(app);
  flopprof::tools::add_report(app);
  flopprof::tools::add_sass(app);
  flopprof::tools::add_calibrate(app);
  flopprof::tools::add_trend(app);
  flopprof::tools::add_conv(app);
  flopprof::tools::add_convert(app);
  flopprof::tools::add_build_observer(app);
  flopprof::tools::add_validate(app);
  flopprof::tools::add_doctor(app);
  flopprof::tools::add_merge(app);
  flopprof::tools::add_diff(app);
  flopprof::tools::add_export(app);
  flopprof::tools::add_import(app);
  flopprof::tools::add_top(app);
  try {
    app.parse(flopprof::tools::parser_arguments({argv + 1, argv + argc}));
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
