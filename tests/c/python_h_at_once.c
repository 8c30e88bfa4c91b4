/* harness: mode=runtime */
/* harness: since=3.12 */
/*
 * One PyModuleDef is first used at once in two interpreters that do not wait for each other: of its slots those that this
 * Python does not know are taken out, and none is lost or doubled.
 */
#include "pyferry_python.h"

#include "check.h"

#include <sched.h>

enum { DEFINITIONS = 10000, FUNCTIONS = 100, OF_A_LATER_PYTHON = 1000 };

static PyModuleDef definitions[DEFINITIONS];
static PyModuleDef_Slot slots[DEFINITIONS][2 * FUNCTIONS + 1];
static int there[DEFINITIONS];
/* With others at work on the processors, each step may take as long as all do without: then fewer have to do. */
static bool enough;
static const double MUCH_TIME = 5;

static int execute(PyObject *module)
{
    (void)module;
    return 0;
}

static void *use_all(void *view)
{
    pyferry_token token;
    CHECK_OK(pyferry_attach(view, &token));
    double begun = seconds();
    for (int i = 0; i < DEFINITIONS && !__atomic_load_n(&enough, __ATOMIC_SEQ_CST); i++) {
        __atomic_add_fetch(&there[i], 1, __ATOMIC_SEQ_CST);
        for (int tries = 1; __atomic_load_n(&there[i], __ATOMIC_SEQ_CST) < 2; tries++)
            if (tries % 10000 == 0) {
                sched_yield();
                if (__atomic_load_n(&enough, __ATOMIC_SEQ_CST) || seconds() - begun > MUCH_TIME) {
                    __atomic_store_n(&enough, true, __ATOMIC_SEQ_CST);
                    break;
                }
            }
        CHECK(PyModuleDef_Init(&definitions[i]) != NULL);
    }
    CHECK_OK(pyferry_detach(&token));
    return NULL;
}

/* Nobody calls the functions, and their addresses need only differ. */
static void check_slots(const PyModuleDef_Slot *slot, int minor)
{
    for (int i = 0; i < FUNCTIONS; i++, slot++) {
        if (minor >= 15) /* which is left all of them */
            CHECK((slot++)->slot == OF_A_LATER_PYTHON);
        CHECK(slot->slot == Py_mod_exec && slot->value == (char *)(uintptr_t)execute + i);
    }
    CHECK(slot->slot == 0);
}

int main(void)
{
    for (int i = 0; i < DEFINITIONS; i++) {
        definitions[i] = (PyModuleDef){ PyModuleDef_HEAD_INIT, "game", NULL, 0, NULL, slots[i], NULL, NULL, NULL };
        for (int k = 0; k < FUNCTIONS; k++) {
            slots[i][2 * k] = (PyModuleDef_Slot){ OF_A_LATER_PYTHON, NULL };
            slots[i][2 * k + 1] = (PyModuleDef_Slot){ Py_mod_exec, (char *)(uintptr_t)execute + k };
        }
    }
    CHECK_OK(pyferry_runtime_start(NULL));
    int minor;
    CHECK(sscanf(Py_GetVersion(), "3.%d", &minor) == 1);
    pyferry_interpreter_options own = PYFERRY_INTERPRETER_OPTIONS_INIT;
    own.flags = PYFERRY_INTERPRETER_OWN_GIL;
    pyferry_view *views[2];
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        CHECK_OK(pyferry_interpreter_new(&own, &views[i]));
    for (int i = 0; i < 2; i++)
        threads[i] = thread_start(use_all, views[i]);
    for (int i = 0; i < 2; i++)
        thread_join(threads[i]);
    for (int i = 0; i < DEFINITIONS && there[i] > 0; i++)
        check_slots(slots[i], minor);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(pyferry_interpreter_end(views[i], -1));
        pyferry_view_free(views[i]);
    }
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
