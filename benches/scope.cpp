/* The ways of ways.h that use the scopes of pyferry.hpp: the same as the C calls. */
#include "others.h"

#include <pyferry.hpp>

#include <cstdlib>
#include <time.h>

static pyferry::view *view;

void scope_start(const pyferry_view *where)
{
    view = new pyferry::view(pyferry::view::adopt(pyferry_view_clone(where))); /* to the end of the process */
}

static double nanoseconds()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

static void attach_often(long count)
{
    for (long i = 0; i < count; i++) {
        pyferry::attached here{*view};
        if (!here)
            std::abort();
    }
}

double scope_attached(long count)
{
    const double start = nanoseconds();
    attach_often(count);
    return nanoseconds() - start;
}

double scope_nested(long count)
{
    pyferry::attached outer{*view};
    return outer ? scope_attached(count) : 0;
}
