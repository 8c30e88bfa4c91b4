/* A failure in a destructor of a thread_local or static object, or in a pthread key's, has its sentence like any other. */
#include "use.h"

static void fail()
{
    pyferry_token token = PYFERRY_TOKEN_INIT;
    CHECK_REFUSED(pyferry_detach(&token), PYFERRY_STATUS_STALE_TOKEN, "empty");
}

struct Object {
    bool made = true;
    ~Object() { fail(); }
};

static Object object;

static void *live(void *unused)
{
    static thread_local Object before;
    CHECK(before.made);
    fail();
    static thread_local Object after;
    CHECK(after.made);
    return unused;
}

int main()
{
    on_new_thread(live, NULL);
    live(NULL);
    return 0;
}
