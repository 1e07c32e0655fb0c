/**
 * @file leaves.c
 * @brief A model that ends the program by a way that no hook knows: a status of success must not come out of it.
 */
#include <dlfcn.h>

#include "interleave.h"

MODEL(leaves, "-", "finds exit by its name, and calls it")
{
    void (*leave)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "exit");
    leave(0);
}
