// The stand-in for the observer of the LibTorch that stands in here.

#include "profiler/record/observer_port.h"

extern "C" {

void simgpu_observe(flopprof::ObserverPort* by, flopprof::ObserverControl* control);

int flopprof_observer_start(flopprof::ObserverPort* port, flopprof::ObserverControl* control) {
  if (port->version != flopprof::kObserverPortVersion) return 1;
  simgpu_observe(port, control);
  return 0;
}
}
