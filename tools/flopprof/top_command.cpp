#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

#include "profiler/exports/peak.h"
#include "profiler/store/gpu_reader.h"
#include "profiler/store/run_file.h"
#include "profiler/store/run_reader.h"
#include "profiler/views/top_frame.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/screen.h"
#include "tools/flopprof/terminal.h"

namespace flopprof::tools {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

/// More than a wide terminal has columns.
constexpr std::int64_t kLastSteps = 500;
/// Of the time, that reading a long run may take.
constexpr int kShareOfReading = 10;

struct Options {
  std::string run = "run.db";
  double every_seconds = 1;
  std::optional<double> peak;
};

void add_shares(views::TopView& view, const std::optional<exports::Peak>& peak) {
  if (!peak) return;
  const auto share = [&peak](Flops flops, std::int64_t wall_ns) -> std::optional<double> {
    if (wall_ns <= 0) return std::nullopt;
    return exports::share_of_peak(flops, static_cast<double>(wall_ns) / 1e9, *peak);
  };
  view.mfu = share(view.run.total.model_flops, view.run.total.step_wall_ns);
  if (!view.run.gpu || !view.run.gpu->executed.flops) return;
  const ExecutedTotal& executed = view.run.gpu->executed;
  view.hfu = share(*executed.flops, executed.executed_wall_ns);
}

views::TopView read(const Options& options) {
  store::Database run = store::open_run(options.run);
  run.execute("BEGIN");
  views::TopView view{.name = options.run,
                      .run = store::read_overview(run),
                      .last_steps = store::read_last_steps(run, kLastSteps),
                      .ops = store::read_ops(run),
                      .kernels = store::read_kernels(run)};
  run.execute("COMMIT");
  add_shares(view, exports::peak_of(view.run, options.peak));
  return view;
}

/// A job that is writing may be in the way for a moment: the last frame stays, and says why.
void read_again(const Options& options, views::TopView& view) {
  try {
    view = read(options);
  } catch (const store::DatabaseError& error) {
    view.message = error.what();
  }
}

views::TopTable first_table(const views::TopView& view) {
  return view.run.libtorch_seen || view.kernels.empty() ? views::TopTable::kOperators
                                                        : views::TopTable::kKernels;
}

void print_once(const Options& options) {
  const views::TopView view = read(options);
  const views::TopRequest request{.width = terminal_width(),
                                  .height = 0,
                                  .colour = false,
                                  .table = first_table(view),
                                  .live = false};
  for (const std::string& line : views::top_frame(view, request)) {
    std::cout << line << '\n';
  }
  if (!std::cout.flush()) throw ExitWith{1, "standard output is closed or full"};
  fmt::print(stderr, "flopprof: standard output is no terminal: printed once\n");
}

/// Answers whether to go on.
bool obey(Screen::Event event, char key, views::TopTable& table) {
  if (event == Screen::Event::kQuit) return false;
  if (event != Screen::Event::kKey) return true;
  if (key == 'k') table = views::TopTable::kKernels;
  if (key == 'o') table = views::TopTable::kOperators;
  return key != 'q' && key != 'Q';
}

void watch(const Options& options) {
  views::TopView view = read(options);  // before the screen is taken: a wrong path is said plainly
  views::TopTable table = first_table(view);
  const auto asked = Milliseconds(static_cast<std::int64_t>(options.every_seconds * 1000));
  Screen screen;
  auto next = Clock::now() + asked;
  while (true) {
    screen.draw(views::top_frame(view, {.width = screen.width(),
                                        .height = screen.height(),
                                        .colour = colour_wanted(),
                                        .table = table}));
    char key = 0;
    const auto left = std::chrono::duration_cast<Milliseconds>(next - Clock::now());
    const Screen::Event event = screen.wait(std::max(Milliseconds(0), left), key);
    if (!obey(event, key, table)) return;
    if (Clock::now() < next) continue;
    const auto began = Clock::now();
    // A finished run does not change, but its file may be replaced by the next.
    read_again(options, view);
    const auto took = std::chrono::duration_cast<Milliseconds>(Clock::now() - began);
    next = Clock::now() + std::max(asked, took * kShareOfReading);
  }
}

}  // namespace

void add_top(CLI::App& app) {
  CLI::App* command = app.add_subcommand("top", "Watch a run in the terminal");
  const auto options = std::make_shared<Options>();
  command->add_option("run", options->run, "The run.db to watch")->capture_default_str();
  command->add_option("--every", options->every_seconds, "Seconds between two looks")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  command
      ->add_option("--peak-flops", options->peak,
                   "FLOP/s that one device can do, for the MFU; the data sheet's by default")
      ->check(CLI::PositiveNumber);
  command->callback([options] { Screen::is_possible() ? watch(*options) : print_once(*options); });
}

}  // namespace flopprof::tools
