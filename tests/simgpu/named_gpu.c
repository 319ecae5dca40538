// The driver and the profiling library of a machine with two H100, as far as their names and
// versions.
#include <stdint.h>
#include <string.h>

int cuInit(unsigned flags);
int cuDriverGetVersion(int* version);
int cuDeviceGetCount(int* count);
int cuDeviceGet(int* device, int index);
int cuDeviceGetName(char* name, int size, int device);
int cuDeviceGetAttribute(int* value, int attribute, int device);
int cuptiGetVersion(uint32_t* version);

int cuInit(unsigned flags) { return flags == 0 ? 0 : 1; }

int cuDriverGetVersion(int* version) {
  *version = 13000;
  return 0;
}

int cuDeviceGetCount(int* count) {
  *count = 2;
  return 0;
}

int cuDeviceGet(int* device, int index) {
  *device = index;
  return 0;
}

int cuDeviceGetName(char* name, int size, int device) {
  (void)device;
  strncpy(name, "NVIDIA H100", (size_t)size);
  return 0;
}

int cuDeviceGetAttribute(int* value, int attribute, int device) {
  (void)device;
  *value = attribute == 75 ? 9 : 0;
  return 0;
}

int cuptiGetVersion(uint32_t* version) {
  *version = 130001;
  return 0;
}
