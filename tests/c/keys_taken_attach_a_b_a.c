/* The same, where the keys that are found fastest are taken. */
#include "keys.h"

#include "attach_a_b_a.c"
