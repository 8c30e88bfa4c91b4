/* What ways.h measures in other files: stable.c, which has no Python.h, and scope.cpp. */
#ifndef PYFERRY_BENCH_OTHERS_H
#define PYFERRY_BENCH_OTHERS_H

#include <pyferry.h>

enum { STABLE_HEIGHTS = 10000 };

#ifdef __cplusplus
extern "C" {
#endif

/* The functions are objects, which those files know by another header. */
void stable_start(const pyferry_view *view, void *tick, void *touch);
double stable_tick(long count);
double stable_tick_alone(long count);
double stable_few_heights(long count);
double stable_all_heights(long count);

void scope_start(const pyferry_view *view);
double scope_attached(long count);
double scope_nested(long count);

#ifdef __cplusplus
}
#endif

#endif
