/* dropin: without=crashes, or a thread is ended by force */
/* dropin: log=parked 3, given up 0 */
/* Python lives three times. A thread of the host's goes through all lives, and one comes between two lives and stays where it is. */
#include "dropin.h"

enum { LIVES = 3 };

static sem_t asked, done;

static void *through_all(void *unused)
{
    for (int life = 0; life < LIVES; life++) {
        sem_wait(&asked);
        for (int i = 0; i < 10; i++)
            call_python("import threading; threading.local().x = 1");
        sem_post(&done);
    }
    return unused;
}

static void *late(void *unused)
{
    BEGIN_THREAD;
    call_python("x = 1");
    sem_post(&done);
    sem_wait(&asked);
    call_python("x = 2");
    END_THREAD;
    return unused;
}

int main(void)
{
    CHECK(sem_init(&asked, 0, 0) == 0 && sem_init(&done, 0, 0) == 0);
    pthread_t constant = thread_start(through_all, NULL);
    for (int life = 0; life < LIVES; life++) {
        Py_InitializeEx(0);
        PyThreadState *state = PyEval_SaveThread();
        sem_post(&asked);
        sem_wait(&done);
        if (life == LIVES - 1)
            thread_join(constant);
        PyEval_RestoreThread(state);
        CHECK(Py_FinalizeEx() == 0);
    }
    for (int life = 0; life < LIVES; life++) {
        Py_InitializeEx(0);
        PyThreadState *state = PyEval_SaveThread();
        thread_start(late, NULL);
        sem_wait(&done);
        PyEval_RestoreThread(state);
        CHECK(Py_FinalizeEx() == 0);
        sem_post(&asked);
        wait_until_parked(life + 1);
        check_nobody_was_ended();
    }
    return 0;
}
