/* Visits by the scope of pyferry.hpp, the same as visits in path.c. */
#include "others.h"

#include <pyferry.hpp>

#include <cstdlib>

static pyferry::view view;

void scope_start(const pyferry_view *where)
{
    view = pyferry::view::adopt(pyferry_view_clone(where));
}

void scope_stop()
{
    view = pyferry::view();
}

void scope_visits(int count)
{
    for (int i = 0; i < count; i++) {
        pyferry::attached here{view};
        if (!here)
            std::abort();
    }
}
