/* The same, where the keys that are found fastest are taken. */
#include "keys.h"

#include "gilstate_inside.c"
