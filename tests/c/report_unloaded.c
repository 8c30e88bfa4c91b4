/* harness: mode=runtime */
/* harness: lib=report_plugin */
/* A plug-in that has taken its report callback back can be unloaded while a shutdown waits: nothing of it is called again. */
#include "use.h"

#include <dlfcn.h>

static void *end(void *view)
{
    CHECK_OK(pyferry_interpreter_end(view, -1));
    return NULL;
}

int main(void)
{
    start_runtime();
    pyferry_view *sub = new_interpreter();
    struct event heard = EVENT_INIT;
    void *plugin = dlopen("libreport_plugin.so", RTLD_NOW | RTLD_LOCAL);
    CHECK(plugin != NULL);
    void (*plugin_start)(void *), (*plugin_stop)(void);
    *(void **)&plugin_start = dlsym(plugin, "plugin_start");
    *(void **)&plugin_stop = dlsym(plugin, "plugin_stop");
    CHECK(plugin_start != NULL && plugin_stop != NULL);
    plugin_start(&heard);

    struct guest guest = GUEST(sub);
    guest.label = "still inside";
    guest_comes(&guest);
    pthread_t ender = thread_start(end, sub);
    event_wait(&heard);
    plugin_stop();
    CHECK(dlclose(plugin) == 0);
    CHECK(dlopen("libreport_plugin.so", RTLD_NOW | RTLD_NOLOAD) == NULL);
    sleep_ms(20);
    event_set(&guest.leave);
    thread_join(ender);
    thread_join(guest.thread);
    CHECK_OK(pyferry_runtime_stop(-1));
    pyferry_view_free(sub);
    return 0;
}
