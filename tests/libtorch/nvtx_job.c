/* Ranges of NVTX, of each way to open one. Only those named "step" are steps. */
#include <nvtx3/nvToolsExt.h>
#include <wchar.h>

static nvtxEventAttributes_t named(const char* name) {
  nvtxEventAttributes_t event = {0};
  event.version = NVTX_VERSION;
  event.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
  event.messageType = NVTX_MESSAGE_TYPE_ASCII;
  event.message.ascii = name;
  return event;
}

int main(void) {
  /* Three pushed ones, with another range around and inside. */
  nvtxRangePushA("epoch");
  for (int i = 0; i < 3; ++i) {
    nvtxRangePushA("step");
    nvtxRangePushA("forward");
    nvtxRangePop();
    nvtxRangePop();
  }
  nvtxRangePop();
  nvtxRangePushW(L"step");
  nvtxRangePop();
  nvtxRangePop(); /* one too many is no step */

  /* Two of a domain, pushed and started, between ranges of no domain. */
  nvtxDomainHandle_t domain = nvtxDomainCreateA("trainer");
  nvtxEventAttributes_t step = named("step");
  nvtxRangePushA("outside");
  nvtxDomainRangePushEx(domain, &step);
  nvtxRangePop();
  nvtxDomainRangePop(domain);
  nvtxDomainRangeEnd(domain, nvtxDomainRangeStartEx(domain, &step));

  /* A registered name, and a started range that encloses another. */
  step.messageType = NVTX_MESSAGE_TYPE_REGISTERED;
  step.message.registered = nvtxDomainRegisterStringA(domain, "step");
  nvtxDomainRangePushEx(domain, &step);
  nvtxDomainRangePop(domain);
  const nvtxRangeId_t other = nvtxRangeStartA("validation");
  const nvtxRangeId_t started = nvtxRangeStartA("step");
  nvtxRangeEnd(other);
  nvtxRangeEnd(started);
  return 0;
}
