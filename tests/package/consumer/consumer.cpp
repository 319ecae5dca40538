#include <flopprof/mark.h>

int main() {
  for (int step = 0; step < 3; ++step) {
    flopprof::StepScope scope("train");
    flopprof::LayerScope layer("encoder");
  }
  return 7;
}
