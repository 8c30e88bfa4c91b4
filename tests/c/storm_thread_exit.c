/* harness: seeds=1 */
/* Py_FinalizeEx in the shutdown storm, where threads exit all the while: outside, attached or suspended. */
#include "storm.h"

int main(int argc, char **argv)
{
    storm_seed(argc, argv);
    storm.short_lived = true;
    for (int life = 0; life < 2; life++) {
        PyThreadState *state = storm_start();
        storm_begin();
        storm_moment();
        finish_python(state);
        storm_over();
    }
    return storm_end();
}
