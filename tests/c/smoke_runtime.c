/* harness: mode=runtime */
/* harness: lib=smoke_plugin */
/* A host built without Python starts the one it is told of and loads a plug-in that uses it. */
#include "check.h"

#include <dlfcn.h>

int main(void)
{
    CHECK_OK(pyferry_runtime_start(NULL));
    void *plugin = dlopen("libsmoke_plugin.so", RTLD_NOW | RTLD_LOCAL);
    CHECK(plugin != NULL);
    void *(*plugin_main)(void *);
    *(void **)&plugin_main = dlsym(plugin, "plugin_main");
    CHECK(plugin_main != NULL);
    on_new_thread(plugin_main, NULL);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
