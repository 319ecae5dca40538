// The driver, the profiling library and the management library of a machine with two H100, as far
// as their names and versions; the second GPU may not be sampled.
#include <stdint.h>
#include <string.h>

int cuInit(unsigned flags);
int cuDriverGetVersion(int* version);
int cuDeviceGetCount(int* count);
int cuDeviceGet(int* device, int index);
int cuDeviceGetName(char* name, int size, int device);
int cuDeviceGetAttribute(int* value, int attribute, int device);
int cuptiGetVersion(uint32_t* version);
int nvmlInit_v2(void);
int nvmlDeviceGetCount_v2(unsigned* count);
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device);
int nvmlDeviceGetHandleByUUID(const char* uuid, void** device);
int nvmlDeviceGetName(void* device, char* name, unsigned size);
int nvmlGpmQueryDeviceSupport(void* device, unsigned* support);
int nvmlGpmSampleAlloc(void** sample);
int nvmlGpmSampleFree(void* sample);
int nvmlGpmSampleGet(void* device, void* sample);
int nvmlGpmMetricsGet(void* metrics);

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

static char gpus[2];

int nvmlInit_v2(void) { return 0; }

int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = 2;
  return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = &gpus[index];
  return 0;
}

int nvmlDeviceGetHandleByUUID(const char* uuid, void** device) {
  (void)uuid;
  (void)device;
  return 6;
}

int nvmlDeviceGetName(void* device, char* name, unsigned size) {
  (void)device;
  strncpy(name, "NVIDIA H100", size);
  return 0;
}

int nvmlGpmQueryDeviceSupport(void* device, unsigned* support) {
  (void)device;
  support[1] = 1;
  return 0;
}

int nvmlGpmSampleAlloc(void** sample) {
  *sample = gpus;
  return 0;
}

int nvmlGpmSampleFree(void* sample) {
  (void)sample;
  return 0;
}

int nvmlGpmSampleGet(void* device, void* sample) {
  (void)sample;
  return device == &gpus[0] ? 0 : 4;
}

int nvmlGpmMetricsGet(void* metrics) {
  (void)metrics;
  return 3;
}
