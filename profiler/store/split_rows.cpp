#include "profiler/store/split_rows.h"

#include <utility>

namespace flopprof::store {
namespace {

constexpr std::int64_t kSeveral = 0;  // no row of StringIds

std::int64_t id_of(Database& run, StringIds& strings, const std::optional<std::string>& text) {
  return text ? strings.id_of(run, *text) : kSeveral;
}

void forget(Database& run, std::int64_t process, std::int64_t signature) {
  for (const char* table : {"executed_split", "executed_part"}) {
    run.prepare(std::string("DELETE FROM ") + table + " WHERE process = ? AND signature = ?")
        .bind(0, process)
        .bind(1, signature)
        .run();
  }
}

}  // namespace

void SplitRows::keep(std::vector<ExecutedSplit>&& news) {
  for (ExecutedSplit& each : news) splits_[each.signature] = std::move(each);
}

void SplitRows::write(Database& run, std::int64_t process, StringIds& strings) const {
  if (splits_.empty()) return;
  Statement split = run.prepare("INSERT INTO executed_split VALUES (?,?,?,?,?,?)");
  // Two functions may have one name.
  Statement part = run.prepare(
      "INSERT INTO executed_part VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
      " launches = launches + excluded.launches, flops = flops + excluded.flops,"
      " untold_kernel = untold_kernel + excluded.untold_kernel,"
      " untold_op = untold_op + excluded.untold_op,"
      " untold_phase = untold_phase + excluded.untold_phase,"
      " solved = max(solved, excluded.solved)");
  for (const auto& [signature, each] : splits_) {
    forget(run, process, signature);
    split.bind(0, process).bind(1, signature);
    for (const ExecutedSplit::Class& row : each.classes) {
      split.bind(2, row.device).bind(3, static_cast<std::int64_t>(row.flop_class));
      split.bind(4, row.flops).bind(5, row.cuts).run();
    }
    part.bind(0, process).bind(1, signature);
    for (const ExecutedPart& row : each.parts) {
      part.bind(2, row.device).bind(3, static_cast<std::int64_t>(row.flop_class));
      part.bind(4, id_of(run, strings, row.kernel)).bind(5, id_of(run, strings, row.op));
      part.bind(6, row.phase).bind(7, row.launches).bind(8, row.flops);
      part.bind(9, row.untold_kernel).bind(10, row.untold_op).bind(11, row.untold_phase);
      part.bind(12, std::int64_t{row.solved}).run();
    }
  }
}

}  // namespace flopprof::store
