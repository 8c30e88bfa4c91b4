/* Takes the thread-specific keys whose values glibc keeps inside the thread, before Python or pyferry can have one. */
#ifndef PYFERRY_TEST_KEYS_H
#define PYFERRY_TEST_KEYS_H

#include "check.h"

__attribute__((constructor)) static void take_keys(void)
{
    pthread_key_t key = 0;
    for (int i = 0; i < 40; i++)
        CHECK(pthread_key_create(&key, NULL) == 0);
    CHECK(key >= 32);
}

#endif
