/* A libpython that the program has loaded itself, with dlopen. */
#ifndef PYFERRY_TEST_LOADED_H
#define PYFERRY_TEST_LOADED_H

#include "use.h"

#include <dlfcn.h>

struct loaded {
    void (*initialize)(int);
    void *(*save_thread)(void);
    void (*restore_thread)(void *);
    int (*finalize)(void);
};

static inline struct loaded load_python(const char *path, int scope)
{
    void *library = dlopen(path, RTLD_NOW | scope);
    if (library == NULL)
        fprintf(stderr, "%s\n", dlerror());
    CHECK(library != NULL);
    struct loaded python;
    *(void **)&python.initialize = dlsym(library, "Py_InitializeEx");
    *(void **)&python.save_thread = dlsym(library, "PyEval_SaveThread");
    *(void **)&python.restore_thread = dlsym(library, "PyEval_RestoreThread");
    *(void **)&python.finalize = dlsym(library, "Py_FinalizeEx");
    CHECK(python.initialize && python.save_thread && python.restore_thread && python.finalize);
    return python;
}

/* Initialises it, lets threads of the host use it, and finalises it. */
static inline void use_loaded_python(const struct loaded *python)
{
    python->initialize(0);
    pyferry_view *main = main_view();
    void *state = python->save_thread();
    pyferry_view *sub = new_interpreter();
    on_new_thread(visit, main);
    on_new_thread(visit, sub);
    python->restore_thread(state);
    CHECK(python->finalize() == 0);
    check_closed(main);
    check_closed(sub);
    pyferry_view_free(main);
    pyferry_view_free(sub);
}

#endif
