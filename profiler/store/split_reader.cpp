#include "profiler/store/split_reader.h"

#include <map>
#include <string_view>

#include "profiler/store/rows.h"
#include "profiler/store/run_file.h"

namespace flopprof::store {
namespace {

struct Named {
  std::string name;
  PartExecuted executed;
};

std::optional<Flops> maybe_flops(const Row& row, std::string_view name) {
  if (row.is_null(name)) return std::nullopt;
  return row.flops(name);
}

Named named_of(const Row& row, std::string_view name) {
  return {.name = row.text(name),
          .executed = {.flops = maybe_flops(row, "executed_flops"),
                       .source = row.text("executed_source")}};
}

std::vector<Named> read_named(const Database& run, std::string_view name) {
  if (schema_version(run) < kFirstSchemaWithSplits) return {};
  const std::string query =
      "SELECT * FROM " + std::string(name) + "_executed_total ORDER BY " + std::string(name);
  return rows_of(run, query, [name](const Row& row) { return named_of(row, name); });
}

/// Of the steps that are told apart: model FLOPs of all steps are taken in proportion.
class Comparison {
 public:
  explicit Comparison(const Database& run) {
    const auto total = read_split_total(run);
    if (!total) return;
    const auto told = static_cast<double>(total->steps);
    share_ = told / (told + static_cast<double>(total->steps_without));
  }

  template <typename Total>
  void add(std::vector<Total>& rows) const {
    for (Total& row : rows) {
      if (!row.executed.flops || row.model_flops.count == 0 || share_ == 0) continue;
      row.executed_to_model = static_cast<double>(row.executed.flops->count) /
                              (static_cast<double>(row.model_flops.count) * share_);
    }
  }

 private:
  double share_ = 0;
};

/// `name_of` is the row's own name, `make` a row with a name.
template <typename Total, typename NameOf, typename Make>
void join(const std::vector<Named>& named, std::vector<Total>& rows, NameOf name_of, Make make) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < rows.size(); ++i) places.emplace(name_of(rows[i]), i);
  for (const Named& each : named) {
    const auto [at, is_new] = places.emplace(each.name, rows.size());
    if (is_new) rows.push_back(make(each.name));
    rows[at->second].executed = each.executed;
  }
}

}  // namespace

std::optional<SplitTotal> read_split_total(const Database& run) {
  if (schema_version(run) < kFirstSchemaWithSplits) return std::nullopt;
  const auto totals = rows_of(run, "SELECT * FROM split_total", [](const Row& row) {
    return SplitTotal{.steps = row.integer("steps"),
                      .steps_without = row.integer("steps_without"),
                      .executed = row.flops("executed_flops"),
                      .by_phase = row.flops("told_phase_flops"),
                      .by_op = row.flops("told_op_flops"),
                      .by_kernel = row.flops("told_kernel_flops"),
                      .solved = row.flops("solved_flops")};
  });
  if (totals.empty() || totals.front().steps == 0) return std::nullopt;
  return totals.front();
}

void add_executed(const Database& run, std::vector<PhaseTotal>& phases) {
  join(
      read_named(run, "phase"), phases, [](const PhaseTotal& row) { return row.phase; },
      [](const std::string& name) { return PhaseTotal{.phase = name, .source = "none"}; });
  Comparison(run).add(phases);
}

void add_executed(const Database& run, std::vector<OpTotal>& ops) {
  join(
      read_named(run, "op"), ops, [](const OpTotal& row) { return row.op; },
      [](const std::string& name) { return OpTotal{.op = name, .source = "none"}; });
  Comparison(run).add(ops);
}

void add_executed(const Database& run, std::vector<KernelTotal>& kernels) {
  join(
      read_named(run, "kernel"), kernels, [](const KernelTotal& row) { return row.kernel; },
      [](const std::string& name) { return KernelTotal{.kernel = name}; });
}

std::vector<OpKernel> read_op_kernels(const Database& run) {
  if (schema_version(run) < kFirstSchemaWithSplits) return {};
  return rows_of(run, "SELECT * FROM op_kernel_executed ORDER BY op, kernel, phase",
                 [](const Row& row) {
                   OpKernel each{.op = row.text("op"),
                                 .kernel = row.text("kernel"),
                                 .phase = row.text("phase"),
                                 .executed = std::nullopt};
                   if (row.integer("untold") > 0) return each;
                   Flops flops = row.flops("executed_e9");
                   flops.count = flops.count * 1'000'000'000 + row.flops("executed_rest").count;
                   each.executed = flops;
                   return each;
                 });
}

}  // namespace flopprof::store
