/* harness: lib=first_views_meet_plugin */
/* harness: not-on=windows threads that meet the loader's lock there: see docs/install.md */
/* Two threads look for Python at once: one in a library's constructor, for which the dynamic loader waits with its lock held, and before it
   another one, which waits for that lock. Both have their view. */
#include "py.h"

#include <dlfcn.h>
#include <stdatomic.h>

static struct event loading = EVENT_INIT;
static atomic_ulong looks;

static void *look(void *view)
{
    event_wait(&loading);
    looks = (unsigned long)gettid();
    CHECK_OK(pyferry_view_main(view));
    return NULL;
}

static void meet(void)
{
    event_set(&loading);
    while (looks == 0 || !is_asleep(looks))
        sleep_ms(1);
}

int main(void)
{
    initialize_python();
    PyThreadState *state = PyEval_SaveThread();
    char address[32];
    void (*call)(void) = meet;
    void *pointer;
    memcpy(&pointer, &call, sizeof pointer);
    snprintf(address, sizeof address, "%p", pointer);
    CHECK(setenv("FIRST_VIEWS_MEET", address, 1) == 0);
    pyferry_view *view = NULL;
    loading = (struct event)EVENT_INIT;
    pthread_t looker = thread_start(look, &view);
    void *plugin = dlopen("libfirst_views_meet_plugin.so", RTLD_NOW);
    CHECK(plugin != NULL);
    thread_join(looker);
    CHECK_OK(*(pyferry_status *)dlsym(plugin, "said"));
    pyferry_view *theirs = *(pyferry_view **)dlsym(plugin, "view");
    check_works(view);
    check_works(theirs);
    finish_python(state);
    pyferry_view_free(view);
    pyferry_view_free(theirs);
    CHECK(dlclose(plugin) == 0);
    return 0;
}
