#include "tools/flopprof/attach_options.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>

#include "profiler/flops/expression.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/run_path.h"

namespace flopprof::tools {
namespace {

constexpr int kWrongUsage = 2;

template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void refuse_wrong_trace_steps(std::string_view text) {
  if (text.empty()) return;
  const std::size_t colon = text.find(':');
  const auto first = number_in<std::int64_t>(text.substr(0, colon));
  const auto last = colon == std::string_view::npos
                        ? std::nullopt
                        : number_in<std::int64_t>(text.substr(colon + 1));
  if (!first || !last || *first < 0 || *last < *first) {
    throw ExitWith{
        kWrongUsage,
        fmt::format("--trace-steps {}: give the first and the last step, as in 10:12", text)};
  }
}

/// In a folder that was removed there is no absolute path: the run cannot be written, the job still
/// runs.
std::string absolute(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path whole = std::filesystem::absolute(path, failed);
  return failed ? path : whole.string();
}

/// The job reads the file again, in each of its processes; what is wrong is said here, once, before
/// it starts.
void refuse_wrong_formulas(const std::string& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw ExitWith{kWrongUsage, fmt::format("--formulas {}: cannot be read", path)};
  try {
    flops::read_formulas(text, path);
  } catch (const flops::ExpressionError& error) {
    throw ExitWith{kWrongUsage, fmt::format("--formulas {}", error.what())};
  }
}

std::string random_id() {
  std::array<unsigned char, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw ExitWith{1, "the kernel gives no random number to name the run with"};
  }
  std::string id;
  for (const unsigned char byte : bytes) id += fmt::format("{:02x}", byte);
  return id;
}

}  // namespace

void add_attach_options(CLI::App& command, AttachArguments& arguments) {
  command
      .add_option("-o,--output", arguments.output,
                  "the run.db to write; %r in it is the rank, %h the host, %p our pid, "
                  "%q{NAME} a variable")
      ->capture_default_str();
  command.add_flag("-f,--force", arguments.force, "replace the run.db of a finished run");
  command
      .add_option("--every", arguments.every_steps,
                  "observe one step of every N; 0: as many as the overhead budget allows")
      ->check([](const std::string& text) {
        const auto steps = number_in<std::int64_t>(text);
        return steps && *steps >= 0 ? std::string()
                                    : "give a number of steps, 0 or more, not " + text;
      });
  command
      .add_option("--overhead-budget", arguments.overhead_budget,
                  "the share of the job's time that flopprof may cost, as 1% or 0.01")
      ->capture_default_str();
  command.add_option("--trace-steps", arguments.trace_steps,
                     "keep every GPU kernel of the steps A:B, the first and the last among them");
  command.add_option("--step-range", arguments.step_range, "the NVTX range that is a step");
  command.add_option("--formulas", arguments.formulas, "FLOP formulas of the job's own operators")
      ->check(CLI::ExistingFile);
  command.add_flag("--layers", arguments.layers, "tell the layers of PyTorch modules apart");
}

capture::AttachOptions checked(const AttachArguments& arguments) {
  refuse_wrong_trace_steps(arguments.trace_steps);
  if (arguments.output.empty()) throw ExitWith{kWrongUsage, "-o: give the path of a run.db"};
  capture::AttachOptions options;
  options.overhead_budget = overhead_budget_of(arguments.overhead_budget);
  options.run_path = absolute(own_run_path(arguments.output));
  options.run_id = random_id();
  options.every_steps = arguments.every_steps;
  options.step_range = arguments.step_range;
  options.trace_steps = arguments.trace_steps;
  if (!arguments.formulas.empty()) {
    refuse_wrong_formulas(arguments.formulas);
    options.formulas_path = absolute(arguments.formulas);
  }
  options.layers = arguments.layers;
  return options;
}

double overhead_budget_of(std::string_view text) {
  const bool is_percent = !text.empty() && text.back() == '%';
  const auto number = number_in<double>(is_percent ? text.substr(0, text.size() - 1) : text);
  const double share = number ? (is_percent ? *number / 100 : *number) : -1;
  if (!(share >= 0 && share <= 1)) {
    throw ExitWith{
        kWrongUsage,
        fmt::format("--overhead-budget {}: give a share of the job's time from 0% to 100%, "
                    "as 1% or 0.01",
                    text)};
  }
  return share;
}

store::Existing existing_of(const AttachArguments& arguments) {
  return arguments.force ? store::Existing::kReplace : store::Existing::kKeep;
}

capture::Environment current_environment() {
  capture::Environment variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::filesystem::path install_prefix() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
}

}  // namespace flopprof::tools
