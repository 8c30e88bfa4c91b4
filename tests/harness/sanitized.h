/* Comes first in everything that is compiled for the sanitizers: they are in the process that runs, or it ends at once. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* GCC brings the function without its header. */
#ifdef __cplusplus
extern "C"
#endif
int __sanitizer_get_ownership(const volatile void *block);

__attribute__((constructor)) static void check_sanitizers(void)
{
    void *block = malloc(1);
    if (dlsym(RTLD_DEFAULT, "__asan_init") == NULL || dlsym(RTLD_DEFAULT, "__ubsan_handle_add_overflow_abort") == NULL ||
        !__sanitizer_get_ownership(block)) {
        fputs("the sanitizers are not linked in\n", stderr);
        _exit(1);
    }
    free(block);
}
