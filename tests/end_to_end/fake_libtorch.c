// Has LibTorch's name and nothing else: attaching goes by the name of what is mapped.
__attribute__((visibility("default"))) int fake_libtorch_is_here(void) { return 1; }
