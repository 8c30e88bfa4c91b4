/* harness: timeout=120 */
/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
/* A copy of the library starts Python, and another one comes while site code runs, when CPython calls itself initialised already: the
   first one's start succeeds all the same, and the other is refused. */
#include "copy.h"

#include <sys/stat.h>

static struct copy copies[2];
static pyferry_status other;

static void write_site_code(void)
{
    CHECK(mkdir("site", 0755) == 0);
    FILE *file = fopen("site/sitecustomize.py", "w");
    CHECK(file != NULL);
    /* Not in a python3 that is asked about itself. */
    fprintf(file,
            "import os, time\n"
            "if os.getpid() == %d:\n"
            "    open('in_site', 'w').close()\n"
            "    while not os.path.exists('comes'): time.sleep(0.01)\n"
            "    time.sleep(1)\n",
            (int)getpid());
    CHECK(fclose(file) == 0);
    CHECK(setenv("PYTHONPATH", "site", 1) == 0);
}

static void *come(void *unused)
{
    while (access("in_site", F_OK) != 0)
        sleep_ms(1);
    FILE *file = fopen("comes", "w");
    CHECK(file != NULL && fclose(file) == 0);
    /* Where the site code takes longer than ten seconds. */
    while ((other = copies[1].runtime_start(NULL)) == PYFERRY_STATUS_CLOSED)
        continue;
    return unused;
}

int main(void)
{
    copies[0] = first_copy();
    copies[1] = load_copy(&copies[0], "libpyferry-other.so");
    write_site_code();
    pthread_t comes = thread_start(come, NULL);
    COPY_OK(&copies[0], runtime_start(NULL));
    thread_join(comes);
    CHECK(other == PYFERRY_STATUS_UNSUPPORTED);
    check_refused(&copies[1], &copies[0]);
    on_new_thread(visit_through, &copies[0]);
    COPY_OK(&copies[0], runtime_stop(-1));
    return 0;
}
