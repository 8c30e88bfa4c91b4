/* harness: since=3.12 */
/* harness: not-on=windows there is no fork */
/* os.fork warns where the process has other threads: pyferry's own, which writes the time down for threads that attach very often,
   is none of them by then, and comes back when it is asked for. */
#include "py.h"

int main(void)
{
    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    run_in(view, "import os, warnings\n"
                 "def fork():\n"
                 "    with warnings.catch_warnings(record=True) as caught:\n"
                 "        warnings.simplefilter('always')\n"
                 "        child = os.fork()\n"
                 "        if child == 0:\n"
                 "            os._exit(0)\n"
                 "        assert os.waitpid(child, 0)[1] == 0\n"
                 "    assert not caught, str(caught[0].message)\n");
    for (int i = 0; i < often(20); i++) {
        while (!has_thread("pyferry-clock"))
            for (int visits = 0; visits < 10000; visits++)
                detach(attach(view));
        run_in(view, "fork()");
    }
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
