/* harness: mode=runtime */
/* harness: lib=report_plugin */
/* A plug-in's report callback outlives the plug-in's last dlclose: a shutdown that waits after that still calls it. */
#include "use.h"

#include <dlfcn.h>

int main(void)
{
    struct guest guest = GUEST(NULL);
    void *plugin = dlopen("libreport_plugin.so", RTLD_NOW | RTLD_LOCAL);
    CHECK(plugin != NULL);
    void (*plugin_start)(void *);
    *(void **)&plugin_start = dlsym(plugin, "plugin_start");
    CHECK(plugin_start != NULL);
    plugin_start(&guest.leave);
    CHECK(dlclose(plugin) == 0);

    pyferry_view *view = main_view();
    guest.view = view;
    guest.label = "still inside";
    guest_comes(&guest);
    CHECK_OK(pyferry_runtime_stop(-1));
    thread_join(guest.thread);
    pyferry_view_free(view);
    return 0;
}
