// Loads LibTorch (a stand-in, its path is the argument) long after the program began.
#include <dlfcn.h>
#include <stddef.h>

int main(int argc, char** argv) { return argc == 2 && dlopen(argv[1], RTLD_NOW) != NULL ? 0 : 1; }
