#include "integrations/libtorch/operators.h"

#include <ATen/core/function_schema.h>
#include <ATen/core/operator_name.h>
#include <pthread.h>

#include <cstring>
#include <map>
#include <mutex>
#include <string_view>

namespace flopprof::libtorch {
namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<Operator>> operators;  // by name and overload
  std::vector<std::unique_ptr<Operator>> replaced;             // another thread may still hold them
};

Registry& registry() {
  static auto& all = *new Registry;  // never destroyed: operators run while the process exits
  return all;
}

std::unique_ptr<Operator> describe(ObserverPort& port, const std::string& name,
                                   const std::string& overload) {
  auto op = std::make_unique<Operator>();
  op->name = name;
  op->formula = &flops::formula_of(name, overload);
  op->hash = std::hash<std::string>()(name);
  op->generation = port.generation.load();
  op->does_no_flops = flops::does_no_flops(name);
  op->is_observers_own = name.rfind("profiler::_record_function", 0) == 0;
  op->is_engine = name.rfind("autograd::engine::", 0) == 0;
  op->recomputes = name.find("CheckpointFunctionBackward") != std::string::npos;
  if (const char* text = port.formula_of(&port, name.c_str())) {
    op->formula = &flops::formula_of("", "");
    op->expression.emplace(text);
  }
  return op;
}

const Operator& find(ObserverPort& port, const at::RecordFunction& call) {
  std::string name = call.name();
  std::string overload;
  if (const auto schema = call.operator_name()) {
    name = schema->name;
    overload = schema->overload_name;
  }
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  auto& known = all.operators[name + '\n' + overload];
  if (known == nullptr || known->generation != port.generation.load()) {
    auto fresh = describe(port, name, overload);
    fresh->number =
        known != nullptr ? known->number : static_cast<std::uint32_t>(all.operators.size() - 1);
    if (known != nullptr) all.replaced.push_back(std::move(known));
    known = std::move(fresh);
  }
  return *known;
}

}  // namespace

void guard_registry_across_fork() {
  pthread_atfork([] { registry().mutex.lock(); }, [] { registry().mutex.unlock(); },
                 [] { registry().mutex.unlock(); });
}

const Operator& OperatorCache::of(ObserverPort& port, const at::RecordFunction& call) {
  const char* name = call.name();
  const auto address = reinterpret_cast<std::uintptr_t>(name);
  Entry& entry = entries_[(address >> 4 ^ address >> 14) % kEntries];
  if (entry.name == name &&
      entry.op->generation == port.generation.load(std::memory_order_relaxed) &&
      std::strcmp(entry.op->name.c_str(), name) == 0) {
    return *entry.op;
  }
  entry = {.name = name, .op = &find(port, call)};
  return *entry.op;
}

}  // namespace flopprof::libtorch
