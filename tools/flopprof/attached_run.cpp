#include "tools/flopprof/attached_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <ctime>
#include <memory>
#include <optional>

#include "profiler/store/run_file.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/fault_file.h"
#include "tools/flopprof/job.h"
#include "tools/flopprof/prefix_link.h"
#include "tools/flopprof/rank_files.h"
#include "tools/flopprof/run_labels.h"

namespace flopprof::tools {
namespace {

constexpr int kWrongUsage = 2;
constexpr int kSqliteMisuse = 21;  // what the store says when the file is there already

void say(const std::string& message) { fmt::print(stderr, "flopprof: {}\n", message); }

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

RunInfo info_of(const capture::AttachOptions& options, const RunLabels& labels,
                const std::vector<std::string>& command) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return {.run_id = options.run_id,
          .command = command,
          .directory = std::filesystem::current_path(),
          .host = host.data(),
          .started_at_ns = now_ns(),
          .overhead_budget = options.overhead_budget,
          .every_steps = options.every_steps,
          .step_range = options.step_range,
          .labels = labels};
}

void remove_run(const std::string& path) {
  std::error_code failed;
  std::filesystem::remove(path, failed);
  std::filesystem::remove(path + "-journal", failed);
}

/// Why run.db could not be made, or nothing. A full disk must not kill us (SIGXFSZ), and the job is
/// to inherit the signal as we did.
std::optional<std::string> try_create(const capture::AttachOptions& options,
                                      const RunLabels& labels,
                                      const std::vector<std::string>& command) {
  const auto inherited = std::signal(SIGXFSZ, SIG_IGN);
  std::optional<std::string> failure;
  int code = 0;
  try {
    store::create_run(options.run_path, info_of(options, labels, command), getpid());
  } catch (const store::DatabaseError& error) {
    failure = error.what();
    code = error.code;
  } catch (const std::filesystem::filesystem_error& error) {
    failure = error.what();
  }
  std::signal(SIGXFSZ, inherited);
  if (code == kSqliteMisuse) {
    throw ExitWith{kWrongUsage, *failure + "; give another path with -o, or --force to replace it"};
  }
  if (failure) remove_run(options.run_path);
  return failure;
}

void summarise(const store::Database& run, const std::string& path) {
  store::Statement total = run.prepare(
      "SELECT steps, model_flops, (SELECT count(*) FROM process),"
      " (SELECT count(*) FROM fault) FROM run_total");
  if (!total.step()) return;
  if (total.integer(2) == 0) {
    say(fmt::format("no process of the job used LibTorch; {} holds no steps", path));
    return;
  }
  say(fmt::format("{} steps, {} model FLOPs, {} faults; `flopprof report {}` has the rest",
                  total.integer(0), total.text(1), total.integer(3), path));
}

void say_fault(const Fault& fault) { say(fmt::format("{}: {}", fault.what, fault.detail)); }

/// The run's last rows. Throws DatabaseError, also when the file is no longer this run's.
void write_end(const capture::AttachOptions& options, const JobEnd& end,
               const std::vector<Fault>& faults) {
  store::Database run = store::join_run(options.run_path);
  if (store::run_id_of(run) != options.run_id) {
    throw store::DatabaseError(options.run_path + " belongs to another run now", 1);
  }
  for (const Fault& fault : faults) store::add_fault(run, 0, fault);
  store::end_run(run, now_ns(), end.signalled ? "signalled" : "exited", end.status);
  if (isatty(STDERR_FILENO) == 1) summarise(run, options.run_path);
}

/// A process that could not write run.db says so here; the other faults wait for the report.
void say_store_faults(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    if (fault.what.starts_with("run.db")) say_fault(fault);
  }
}

void finish(const capture::AttachOptions& options, const std::optional<std::string>& unwritable,
            const JobEnd& end, const std::vector<Fault>& faults) {
  std::optional<std::string> failure = unwritable;
  std::error_code ignored;
  if (!unwritable || std::filesystem::exists(options.run_path, ignored)) {
    try {
      write_end(options, end, faults);
      failure.reset();
    } catch (const std::exception& error) {
      failure = error.what();
    }
  }
  if (!failure) return say_store_faults(faults);
  say(*failure + "; the end of this run was not kept");
  for (const Fault& fault : faults) say_fault(fault);
}

/// How the job's processes find us; the job runs as it is when there is no way.
struct WayIn {
  std::optional<PrefixLink> link;
  capture::AttachedEnvironment change;
};

void find_way(WayIn& way, const capture::AttachOptions& options,
              const capture::Environment& current) {
  try {
    const std::filesystem::path prefix = install_prefix();
    const std::filesystem::path preload = prefix / "lib/libflopprof_preload.so";
    if (!std::filesystem::exists(preload)) {
      throw std::runtime_error(preload.string() + " is missing; install flopprof again");
    }
    way.link.emplace(prefix);
    way.change = capture::attached_environment(prefix, way.link->path(), options, current);
  } catch (const std::exception& error) {
    say(fmt::format("not attached: {}", error.what()));
    way.change.faults.push_back({.what = "not attached", .detail = error.what()});
  }
}

std::vector<Fault> joined(std::vector<Fault> faults, const std::vector<Fault>& more) {
  for (Fault& fault : faults) fault.since_ns = now_ns();
  faults.insert(faults.end(), more.begin(), more.end());
  return faults;
}

/// Beside the job, never in its way: a port that is taken is a fault.
std::unique_ptr<MetricsServer> serve(const std::optional<MetricsPlace>& place,
                                     const std::string& run, std::vector<Fault>& faults) {
  if (!place) return nullptr;
  try {
    auto server = std::make_unique<MetricsServer>(*place, run);
    say(fmt::format("metrics at {}", server->url()));
    return server;
  } catch (const std::runtime_error& error) {
    faults.push_back({.what = "metrics not served",
                      .detail = error.what(),
                      .remedy = "give another port with --metrics-port; 0 takes any that is free"});
    say(fmt::format("metrics not served: {}; the job runs without", error.what()));
    return nullptr;
  }
}

store::ReplacedRun make_way(const AttachArguments& arguments, const std::string& path,
                            const std::optional<RankFile>& rank) {
  try {
    if (rank) store::check_replaceable(rank->merged, existing_of(arguments));
    return {path, existing_of(arguments)};
  } catch (const store::RunInTheWay& error) {
    throw ExitWith{kWrongUsage, error.what()};
  }
}

}  // namespace

int run_attached(const AttachArguments& arguments, const std::vector<std::string>& command,
                 const std::optional<MetricsPlace>& metrics) {
  capture::AttachOptions options = checked(arguments);
  const capture::Environment current = current_environment();
  const RunLabels labels = run_labels(arguments.labels, current);
  const std::int64_t began_at_ns = now_ns();
  const std::optional<RankFile> rank = rank_file(arguments.output);
  store::ReplacedRun replaced = make_way(arguments, options.run_path, rank);
  const auto unwritable = try_create(options, labels, command);
  if (unwritable) say(*unwritable + "; the job runs, but its run will not be kept");
  const FaultFile reported;
  options.faults_path = reported.path();
  WayIn way;
  find_way(way, options, current);
  auto server = serve(metrics, options.run_path, way.change.faults);
  try {
    const JobEnd end = run_job(command, capture::with_change(current, way.change));
    server.reset();
    replaced.discard();
    finish(options, unwritable, end, joined(way.change.faults, reported.read()));
    if (rank) merge_if_last(*rank, began_at_ns, existing_of(arguments));
    return end.status;
  } catch (const CannotStart& error) {
    if (!unwritable) remove_run(options.run_path);
    replaced.restore();
    throw ExitWith{error.status, error.what()};
  }
}

}  // namespace flopprof::tools
