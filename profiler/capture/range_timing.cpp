#include "profiler/capture/range_timing.h"

#include <chrono>

namespace flopprof::capture {
namespace {

RangeCallTimes* noted = nullptr;

/// Each member of RangeFunctions has a function of its own to stand in for it, because C functions
/// carry nothing with them.
template <auto kMember, typename Function>
struct Timed;

template <auto kMember, typename... Arguments>
struct Timed<kMember, CUptiResult (*)(Arguments...)> {
  static inline CUptiResult (*original)(Arguments...) = nullptr;
  static inline const char* name = nullptr;

  static CUptiResult call(Arguments... arguments) {
    const auto began_at = std::chrono::steady_clock::now();
    const CUptiResult result = original(arguments...);
    const std::chrono::duration<double, std::micro> took =
        std::chrono::steady_clock::now() - began_at;
    (*noted)[name].push_back(took.count());
    return result;
  }
};

template <auto kMember>
void time(RangeFunctions& functions, const char* name) {
  using Stand = Timed<kMember, std::remove_reference_t<decltype(functions.*kMember)>>;
  Stand::original = functions.*kMember;
  Stand::name = name;
  functions.*kMember = Stand::call;
}

}  // namespace

RangeFunctions timed(const RangeFunctions& functions, RangeCallTimes& times) {
  noted = &times;
  RangeFunctions stand_ins = functions;
  time<&RangeFunctions::initialize>(stand_ins, "initialize");
  time<&RangeFunctions::get_availability>(stand_ins, "get_availability");
  time<&RangeFunctions::enable>(stand_ins, "enable");
  time<&RangeFunctions::disable>(stand_ins, "disable");
  time<&RangeFunctions::get_data_size>(stand_ins, "get_data_size");
  time<&RangeFunctions::initialize_data>(stand_ins, "initialize_data");
  time<&RangeFunctions::set_config>(stand_ins, "set_config");
  time<&RangeFunctions::start>(stand_ins, "start");
  time<&RangeFunctions::stop>(stand_ins, "stop");
  time<&RangeFunctions::push>(stand_ins, "push");
  time<&RangeFunctions::pop>(stand_ins, "pop");
  time<&RangeFunctions::decode>(stand_ins, "decode");
  return stand_ins;
}

}  // namespace flopprof::capture
