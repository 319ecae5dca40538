#include "profiler/capture/nvtx.h"

#include <nvtx3/nvToolsExt.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

namespace flopprof::capture {
namespace {

/// What the handlers, which are C functions without an argument of ours, work for. Set once, before
/// the first handler is in place; never destroyed: ranges end after main() has returned.
struct Following {
  std::string range;
  std::function<void()> began;
  std::function<void()> ended;
};
std::atomic<Following*> following{nullptr};

/// NVTX ranges nest per thread and domain; only whether each open one is ours has to be known.
struct Open {
  nvtxDomainHandle_t domain;
  bool ours;
};
thread_local std::vector<Open> pushed;

/// A wide message as UTF-8: wchar_t is a code point here.
std::string utf8(const wchar_t* text) {
  std::string bytes;
  for (; *text != 0; ++text) {
    const auto point = static_cast<std::uint32_t>(*text);
    const auto tail = [&](unsigned shift) {
      bytes += static_cast<char>(0x80 | ((point >> shift) & 0x3f));
    };
    if (point < 0x80) {
      bytes += static_cast<char>(point);
    } else if (point < 0x800) {
      bytes += static_cast<char>(0xc0 | (point >> 6)), tail(0);
    } else if (point < 0x10000) {
      bytes += static_cast<char>(0xe0 | (point >> 12)), tail(6), tail(0);
    } else {
      bytes += static_cast<char>(0xf0 | (point >> 18)), tail(12), tail(6), tail(0);
    }
  }
  return bytes;
}

std::string text_of(const nvtxEventAttributes_t* event) {
  if (event == nullptr) return "";
  const auto& message = event->message;
  switch (event->messageType) {
    case NVTX_MESSAGE_TYPE_ASCII:
      return message.ascii == nullptr ? "" : message.ascii;
    case NVTX_MESSAGE_TYPE_UNICODE:
      return message.unicode == nullptr ? "" : utf8(message.unicode);
    case NVTX_MESSAGE_TYPE_REGISTERED:
      return message.registered == nullptr
                 ? ""
                 : *reinterpret_cast<const std::string*>(message.registered);
    default:
      return "";
  }
}

int push(nvtxDomainHandle_t domain, const std::string& text) noexcept {
  Following& now = *following.load();
  const bool ours = text == now.range;
  pushed.push_back({.domain = domain, .ours = ours});
  if (ours) now.began();
  return static_cast<int>(std::count_if(pushed.begin(), pushed.end(),
                                        [&](const Open& open) { return open.domain == domain; })) -
         1;
}

int pop(nvtxDomainHandle_t domain) noexcept {
  const auto at = std::find_if(pushed.rbegin(), pushed.rend(),
                               [&](const Open& open) { return open.domain == domain; });
  if (at == pushed.rend()) return NVTX_NO_PUSH_POP_TRACKING;
  const bool ours = at->ours;
  pushed.erase(std::next(at).base());
  if (ours) following.load()->ended();
  return static_cast<int>(std::count_if(pushed.begin(), pushed.end(),
                                        [&](const Open& open) { return open.domain == domain; }));
}

// A started range may end on another thread, so its number says whether it is ours: odd is.
nvtxRangeId_t start(const std::string& text) noexcept {
  static std::atomic<std::uint64_t> next{1};
  Following& now = *following.load();
  const bool ours = text == now.range;
  if (ours) now.began();
  return (next.fetch_add(1) << 1) | (ours ? 1u : 0u);
}

void end(nvtxRangeId_t id) noexcept {
  if ((id & 1) != 0) following.load()->ended();
}

int on_push_a(const char* text) { return push(nullptr, text == nullptr ? "" : text); }
int on_push_w(const wchar_t* text) { return push(nullptr, text == nullptr ? "" : utf8(text)); }
int on_push_ex(const nvtxEventAttributes_t* event) { return push(nullptr, text_of(event)); }
int on_pop() { return pop(nullptr); }
nvtxRangeId_t on_start_a(const char* text) { return start(text == nullptr ? "" : text); }
nvtxRangeId_t on_start_w(const wchar_t* text) { return start(text == nullptr ? "" : utf8(text)); }
nvtxRangeId_t on_start_ex(const nvtxEventAttributes_t* event) { return start(text_of(event)); }
void on_end(nvtxRangeId_t id) { end(id); }
int on_domain_push(nvtxDomainHandle_t domain, const nvtxEventAttributes_t* event) {
  return push(domain, text_of(event));
}
int on_domain_pop(nvtxDomainHandle_t domain) { return pop(domain); }
nvtxRangeId_t on_domain_start(nvtxDomainHandle_t, const nvtxEventAttributes_t* event) {
  return start(text_of(event));
}
void on_domain_end(nvtxDomainHandle_t, nvtxRangeId_t id) { end(id); }

// Handles are leaked on purpose: NVTX never says when the last use of one is over.
nvtxStringHandle_t on_register_a(nvtxDomainHandle_t, const char* text) {
  return reinterpret_cast<nvtxStringHandle_t>(new std::string(text == nullptr ? "" : text));
}
nvtxStringHandle_t on_register_w(nvtxDomainHandle_t, const wchar_t* text) {
  return reinterpret_cast<nvtxStringHandle_t>(new std::string(text == nullptr ? "" : utf8(text)));
}
nvtxDomainHandle_t on_domain_create_a(const char*) {
  return reinterpret_cast<nvtxDomainHandle_t>(new char(0));
}
nvtxDomainHandle_t on_domain_create_w(const wchar_t*) { return on_domain_create_a(nullptr); }

struct Handler {
  unsigned id;
  NvtxFunctionPointer function;
};

template <class Function>
Handler handler(unsigned id, Function* function) {
  return {id, reinterpret_cast<NvtxFunctionPointer>(function)};
}

bool install(const NvtxExportTableCallbacks& callbacks, NvtxCallbackModule module,
             const std::vector<Handler>& handlers) {
  NvtxFunctionTable table = nullptr;
  unsigned size = 0;
  if (callbacks.GetModuleFunctionTable(module, &table, &size) == 0) return false;
  for (const Handler& one : handlers) {
    if (one.id < size) *table[one.id] = one.function;
  }
  return true;
}

}  // namespace

int follow_nvtx_range(void* get_export_table, const std::string& range, std::function<void()> began,
                      std::function<void()> ended) {
  const auto get = reinterpret_cast<NvtxGetExportTableFunc_t>(get_export_table);
  const auto* callbacks = static_cast<const NvtxExportTableCallbacks*>(get(NVTX_ETID_CALLBACKS));
  if (callbacks == nullptr || callbacks->struct_size < sizeof(NvtxExportTableCallbacks)) return 0;
  if (following.load() == nullptr) {
    following.store(
        new Following{.range = range, .began = std::move(began), .ended = std::move(ended)});
  }
  const bool core = install(
      *callbacks, NVTX_CB_MODULE_CORE,
      {handler(NVTX_CBID_CORE_RangePushA, on_push_a), handler(NVTX_CBID_CORE_RangePushW, on_push_w),
       handler(NVTX_CBID_CORE_RangePushEx, on_push_ex), handler(NVTX_CBID_CORE_RangePop, on_pop),
       handler(NVTX_CBID_CORE_RangeStartA, on_start_a),
       handler(NVTX_CBID_CORE_RangeStartW, on_start_w),
       handler(NVTX_CBID_CORE_RangeStartEx, on_start_ex),
       handler(NVTX_CBID_CORE_RangeEnd, on_end)});
  const bool core2 = install(*callbacks, NVTX_CB_MODULE_CORE2,
                             {handler(NVTX_CBID_CORE2_DomainRangePushEx, on_domain_push),
                              handler(NVTX_CBID_CORE2_DomainRangePop, on_domain_pop),
                              handler(NVTX_CBID_CORE2_DomainRangeStartEx, on_domain_start),
                              handler(NVTX_CBID_CORE2_DomainRangeEnd, on_domain_end),
                              handler(NVTX_CBID_CORE2_DomainRegisterStringA, on_register_a),
                              handler(NVTX_CBID_CORE2_DomainRegisterStringW, on_register_w),
                              handler(NVTX_CBID_CORE2_DomainCreateA, on_domain_create_a),
                              handler(NVTX_CBID_CORE2_DomainCreateW, on_domain_create_w)});
  return core && core2 ? 1 : 0;
}

}  // namespace flopprof::capture
