/* Tokens and suspensions that are wrong are refused, each by its own status and a message, and nothing is done. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;

static void refuse_detach(pyferry_token token, pyferry_status status, const char *part)
{
    pyferry_token before = token;
    CHECK_REFUSED(pyferry_detach(&token), status, part);
    CHECK(memcmp(&token, &before, sizeof token) == 0);
}

static void refuse_resume(pyferry_suspension suspension, pyferry_status status, const char *part)
{
    pyferry_suspension before = suspension;
    CHECK_REFUSED(pyferry_resume(&suspension), status, part);
    CHECK(memcmp(&suspension, &before, sizeof suspension) == 0);
}

/* What is in one as a value of the other type. */
static pyferry_suspension as_suspension(pyferry_token token)
{
    pyferry_suspension suspension;
    memcpy(&suspension, &token, sizeof suspension);
    return suspension;
}

static pyferry_token as_token(pyferry_suspension suspension)
{
    pyferry_token token;
    memcpy(&token, &suspension, sizeof token);
    return token;
}

static void refuse_rubbish(void)
{
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 1000; i++) {
        pyferry_token token;
        for (int word = 0; word < 2; word++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            token.private_words[word] = i % 3 == 0 ? random % 8 + 1000 : random;
        }
        pyferry_status status = pyferry_detach(&token);
        CHECK(status == PYFERRY_STATUS_WRONG_THREAD || status == PYFERRY_STATUS_STALE_TOKEN);
        pyferry_suspension suspension = as_suspension(token);
        status = pyferry_resume(&suspension);
        CHECK(status == PYFERRY_STATUS_WRONG_THREAD || status == PYFERRY_STATUS_STALE_TOKEN);
    }
}

static void *of_another_thread(void *token)
{
    refuse_detach(*(pyferry_token *)token, PYFERRY_STATUS_WRONG_THREAD, "another thread");
    refuse_resume(as_suspension(*(pyferry_token *)token), PYFERRY_STATUS_WRONG_THREAD, "another thread");
    /* A thread that has tokens of its own sees no difference. */
    pyferry_token own = attach(sub);
    refuse_detach(*(pyferry_token *)token, PYFERRY_STATUS_WRONG_THREAD, "another thread");
    detach(own);
    return NULL;
}

static void in_interpreter(pyferry_view *view, pyferry_view *other)
{
    pyferry_token empty = PYFERRY_TOKEN_INIT;
    pyferry_suspension nothing = PYFERRY_SUSPENSION_INIT;
    refuse_detach(empty, PYFERRY_STATUS_STALE_TOKEN, "empty");
    refuse_resume(nothing, PYFERRY_STATUS_STALE_TOKEN, "empty");

    pyferry_token outer = attach(view), copy = outer;
    refuse_rubbish();
    refuse_detach(empty, PYFERRY_STATUS_STALE_TOKEN, "empty");
    refuse_resume(as_suspension(outer), PYFERRY_STATUS_WRONG_ORDER, "pyferry_detach");

    /* The wrong order, nested here and in another interpreter. */
    pyferry_token nested = attach(view);
    refuse_detach(outer, PYFERRY_STATUS_WRONG_ORDER, "after");
    pyferry_token away = attach(other), used = away;
    refuse_detach(outer, PYFERRY_STATUS_WRONG_ORDER, "after");
    refuse_detach(nested, PYFERRY_STATUS_WRONG_ORDER, "after");
    CHECK(pyferry_is_attached(other));
    detach(away);
    refuse_detach(used, PYFERRY_STATUS_STALE_TOKEN, "already");
    detach(nested);
    refuse_detach(nested, PYFERRY_STATUS_STALE_TOKEN, "already");

    /* Suspensions have their order too. */
    pyferry_suspension out = suspend();
    CHECK_REFUSED(pyferry_suspend(&nothing), PYFERRY_STATUS_NOT_ATTACHED, "not attached");
    refuse_detach(outer, PYFERRY_STATUS_WRONG_ORDER, "after");
    refuse_detach(as_token(out), PYFERRY_STATUS_WRONG_ORDER, "pyferry_resume");
    on_new_thread(of_another_thread, &outer);
    pyferry_token inner = attach(view);
    refuse_resume(out, PYFERRY_STATUS_WRONG_ORDER, "after");
    pyferry_suspension deeper = suspend();
    refuse_resume(out, PYFERRY_STATUS_WRONG_ORDER, "after");
    pyferry_suspension used_out = deeper;
    resume(deeper);
    refuse_resume(used_out, PYFERRY_STATUS_STALE_TOKEN, "already");
    detach(inner);
    PyGILState_STATE ensured = PyGILState_Ensure();
    refuse_resume(out, PYFERRY_STATUS_WRONG_ORDER, "attached");
    PyGILState_Release(ensured);
    resume(out);
    refuse_resume(out, PYFERRY_STATUS_STALE_TOKEN, "already");

    /* Let go by CPython's own means: come back first. */
    Py_BEGIN_ALLOW_THREADS
    refuse_detach(outer, PYFERRY_STATUS_NOT_ATTACHED, "come back");
    CHECK_REFUSED(pyferry_suspend(&nothing), PYFERRY_STATUS_NOT_ATTACHED, "not attached");
    Py_END_ALLOW_THREADS
    CHECK(pyferry_is_attached(view));
    run("assert True");

    detach(outer);
    refuse_detach(copy, PYFERRY_STATUS_STALE_TOKEN, "already");
    refuse_detach(outer, PYFERRY_STATUS_STALE_TOKEN, "already");
    CHECK_REFUSED(pyferry_suspend(&nothing), PYFERRY_STATUS_NOT_ATTACHED, "not attached");
    CHECK(nothing.private_words[0] == 0 && nothing.private_words[1] == 0);
    refuse_rubbish();
    check_works(view);
    check_works(other);
}

static void *on_foreign_thread(void *unused)
{
    in_interpreter(main_interpreter, sub);
    in_interpreter(sub, main_interpreter);
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    on_new_thread(on_foreign_thread, NULL);
    on_foreign_thread(NULL);
    finish_python(state);
    pyferry_token empty = PYFERRY_TOKEN_INIT;
    refuse_detach(empty, PYFERRY_STATUS_STALE_TOKEN, "empty");
    refuse_rubbish();
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
