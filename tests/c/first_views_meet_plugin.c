/* harness: mode=helper */
/* A plug-in whose constructor, while the dynamic loader waits for it with its lock held, lets the host go on to where FIRST_VIEWS_MEET
   points, and then takes a view. */
#include "use.h"

pyferry_view *view;
pyferry_status said;

__attribute__((constructor)) static void at_load(void)
{
    void *meet = NULL;
    CHECK(getenv("FIRST_VIEWS_MEET") != NULL && sscanf(getenv("FIRST_VIEWS_MEET"), "%p", &meet) == 1);
    void (*call)(void);
    memcpy(&call, &meet, sizeof call);
    call();
    said = pyferry_view_main(&view);
}
