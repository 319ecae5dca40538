#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <memory>
#include <optional>

#include "profiler/store/run_file.h"
#include "profiler/views/diff_report.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/terminal.h"

namespace flopprof::tools {
namespace {

constexpr int kWrongUsage = 2;
constexpr int kDifference = 3;
constexpr std::size_t kNarrowest = 40;

struct Options {
  std::string a, b;
  std::string format = "text";
  std::string fail_above;
  std::int64_t top = 10;
};

/// "5%" and "0.05" are 0.05.
std::optional<double> share_of(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const bool percent = text.ends_with('%');
  const std::string_view digits = percent ? text.substr(0, text.size() - 1) : text;
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || !(number >= 0)) {
    throw ExitWith{kWrongUsage,
                   fmt::format("--fail-above {}: give a share of 0% or more, as 5% or 0.05", text)};
  }
  return percent ? number / 100 : number;
}

diff::RunSide read(const std::string& path) {
  store::Database run = store::open_run(path);
  return diff::read_side(run);
}

void judge(const diff::Comparison& comparison, double share) {
  if (diff::is_empty(comparison)) {
    throw ExitWith{1, "the runs have no cost in common to judge: neither FLOPs nor enough steps"};
  }
  const std::vector<std::string> grown = diff::grown(comparison, share);
  if (grown.empty()) return;
  std::string message = fmt::format("B costs more than A by over {:g} %: ", share * 100);
  for (const std::string& what : grown) message += (&what == &grown[0] ? "" : "; ") + what;
  throw ExitWith{kDifference, message};
}

void compare(const Options& options) {
  const std::optional<double> share = share_of(options.fail_above);
  const diff::Comparison comparison = diff::compare(read(options.a), read(options.b));
  const views::DiffRequest request{.a = options.a,
                                   .b = options.b,
                                   .top = options.top,
                                   .width = std::max(kNarrowest, terminal_width())};
  if (options.format == "json") {
    views::print_diff_json(std::cout, comparison, request);
  } else if (options.format == "markdown") {
    views::print_diff_markdown(std::cout, comparison, request);
  } else {
    views::print_diff_text(std::cout, comparison, request);
  }
  if (!std::cout.flush()) {
    throw ExitWith{1, "cannot write the comparison: standard output is closed or full"};
  }
  if (share) judge(comparison, *share);
}

}  // namespace

void add_diff(CLI::App& app) {
  CLI::App* command = app.add_subcommand("diff", "Say what changed from one run to another");
  const auto options = std::make_shared<Options>();
  command->add_option("a", options->a, "The run.db to compare with")->required();
  command->add_option("b", options->b, "The run.db to compare")->required();
  command->add_option("--format", options->format, "How to print it")
      ->check(CLI::IsMember({"text", "markdown", "json"}))
      ->capture_default_str();
  command->add_option("--top", options->top, "Operators and kernels at most; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--fail-above", options->fail_above,
                      "End with status 3 if FLOPs, step time or GPU-seconds per step grew by more "
                      "than this share, and not by noise");
  command->callback([options] { compare(*options); });
}

}  // namespace flopprof::tools
