#include <string.h>

/* A management library of one GPU, which answers what a test has set. */

static unsigned processor_clock = 1980;
static unsigned long long reasons = 0x4;

int nvmlInit_v2(void) { return 0; }
int nvmlShutdown(void) { return 0; }

int nvmlDeviceGetHandleByUUID(const char* uuid, void** device) {
  static int one;
  *device = &one;
  return strcmp(uuid, "GPU-known") == 0 ? 0 : 6;
}

int nvmlDeviceGetClockInfo(void* device, int kind, unsigned* megahertz) {
  (void)device;
  *megahertz = kind == 1 ? processor_clock : 2619;
  return 0;
}

int nvmlDeviceGetMaxClockInfo(void* device, int kind, unsigned* megahertz) {
  (void)device;
  (void)kind;
  *megahertz = 1980;
  return 0;
}

int nvmlDeviceGetPowerUsage(void* device, unsigned* milliwatts) {
  (void)device;
  *milliwatts = 698500;
  return 0;
}

int nvmlDeviceGetTemperature(void* device, int sensor, unsigned* celsius) {
  (void)device;
  (void)sensor;
  (void)celsius;
  return 3; /* not supported */
}

int nvmlDeviceGetCurrentClocksThrottleReasons(void* device, unsigned long long* bits) {
  (void)device;
  *bits = reasons;
  return 0;
}

int nvmlSystemGetDriverVersion(char* text, unsigned bytes) {
  strncpy(text, "580.65.06", bytes);
  return 0;
}
