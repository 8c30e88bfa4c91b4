/* harness: seeds=1 */
/* Py_FinalizeEx in the shutdown storm, where every attach is let go of by Py_BEGIN_ALLOW_THREADS and called back into. */
#include "storm.h"

int main(int argc, char **argv)
{
    storm_seed(argc, argv);
    storm.let_go = true;
    for (int life = 0; life < 2; life++) {
        PyThreadState *state = storm_start();
        storm_begin();
        storm_moment();
        finish_python(state);
        storm_over();
    }
    return storm_end();
}
