/* What path.c has in other files: stable.c, which has no Python.h, and scope.cpp. */
#include <pyferry.h>

#ifdef __cplusplus
extern "C" {
#endif

void stable_calls(int count);
void scope_visits(int count);
void scope_start(const pyferry_view *view);
void scope_stop(void);

#ifdef __cplusplus
}
#endif
