/* Copies of this library under other paths. With NOT_LINKED the program is linked to none, and loads the first one too. */
#ifndef PYFERRY_TEST_COPY_H
#define PYFERRY_TEST_COPY_H

#include "fork.h"

#include <dlfcn.h>

#define FUNCTIONS(X)                                                                                                   \
    X(runtime_start) X(runtime_stop) X(runtime_get_info) X(view_main) X(view_current) X(view_free) X(guard_open)           \
    X(guard_close) X(attach) X(detach) X(is_attached) X(suspend) X(resume) X(thread_forget) X(interpreter_new)         \
    X(interpreter_end) X(exec) X(last_error) X(version)

struct copy {
    char path[4096];
#define MEMBER(name) __typeof__(&pyferry_##name) name;
    FUNCTIONS(MEMBER)
#undef MEMBER
};

/* The call, of that copy, comes to that; if not, the copy says why. */
#define COPY_IS(copy, call, status) copy_check(__FILE__, __LINE__, #call, copy, (copy)->call, status)
#define COPY_OK(copy, call) COPY_IS(copy, call, PYFERRY_STATUS_OK)

static inline void copy_check(const char *file, int line, const char *call, const struct copy *copy, pyferry_status got,
                              pyferry_status expected)
{
    char reason[4096] = "", what[16384];
    if (got == expected)
        return;
    copy->last_error(reason, sizeof reason);
    snprintf(what, sizeof what, "%s of %s is %d and not %d\nlast error: %s", call, copy->path, (int)got, (int)expected, reason);
    check_failed(file, line, what);
}

static inline struct copy load(const char *file)
{
    struct copy copy;
    CHECK(realpath(file, copy.path) != NULL);
    void *library = dlopen(copy.path, RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL);
#define LOOK_UP(name) CHECK((*(void **)&copy.name = dlsym(library, "pyferry_" #name)) != NULL);
    FUNCTIONS(LOOK_UP)
#undef LOOK_UP
    return copy;
}

#ifdef NOT_LINKED
/* The one that the harness tests. */
static inline struct copy first_copy(void)
{
    CHECK(dlsym(RTLD_DEFAULT, "pyferry_version") == NULL);
    return load(getenv("PYFERRY_TEST_LIBRARY"));
}
#else
/* The one that this program is linked to, to be asked in the same way. */
static inline struct copy first_copy(void)
{
    struct copy copy;
    Dl_info info;
    CHECK(dladdr((void *)(uintptr_t)&pyferry_version, &info) != 0 && realpath(info.dli_fname, copy.path) != NULL);
#define TAKE(name) copy.name = pyferry_##name;
    FUNCTIONS(TAKE)
#undef TAKE
    return copy;
}
#endif

/* Loads a library once more, from a file of its own in the current directory. */
static inline struct copy load_copy(const struct copy *of, const char *name)
{
    copy_file(of->path, name);
    struct copy copy = load(name);
    CHECK(copy.attach != of->attach);
    return copy;
}

static inline void *visit_through(void *argument)
{
    const struct copy *copy = argument;
    pyferry_view *view = NULL;
    pyferry_token token;
    COPY_OK(copy, view_main(&view));
    COPY_OK(copy, attach(view, &token));
    COPY_OK(copy, exec("import threading; threading.local()", NULL));
    COPY_OK(copy, detach(&token));
    copy->view_free(view);
    return NULL;
}

/* Everything by which a copy could begin to serve says no, and names both files. Attached or not. */
static inline void check_refused(const struct copy *copy, const struct copy *serving)
{
    char text[8192];
    pyferry_view *view = NULL;
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
#define REFUSED(call)                                                                                                  \
    do {                                                                                                               \
        COPY_IS(copy, call, PYFERRY_STATUS_UNSUPPORTED);                                                               \
        copy->last_error(text, sizeof text);                                                                           \
        CHECK(strstr(text, copy->path) != NULL && strstr(text, serving->path) != NULL);                                \
    } while (0)
    REFUSED(view_main(&view));
    REFUSED(runtime_start(NULL));
    REFUSED(runtime_get_info(&info));
    REFUSED(interpreter_new(NULL, &view));
    if (copy->is_attached(NULL))
        REFUSED(view_current(&view));
#undef REFUSED
    CHECK(view == NULL);
    COPY_IS(copy, runtime_stop(-1), PYFERRY_STATUS_WRONG_ORDER);
    COPY_OK(copy, thread_forget());
}

#endif
