// include/flopprof/mark.h is C99 and C++11 of the strict kind; this file is compiled as both.
#include "flopprof/mark.h"

void mark_everything(void);

void mark_everything(void) {
  flopprof_mark_step_begin("train");
  flopprof_mark_layer_enter("encoder.0");
  flopprof_mark_layer_leave();
  flopprof_mark_step_end();
}
