/* What pyferry_exec and pyferry_eval run has its `__main__` to the end, also where that is taken out of sys.modules before the code
   begins: compiling warns of what is in the source, and a script may hear warnings. A new one has all builtins, as one has that a
   script took them from. */
#include "py.h"

/* In a namespace of its own, so that nothing but sys.modules has `__main__`. */
static const char *const hear =
    "exec('''\n"
    "import gc, sys, warnings, weakref\n"
    "def hear(*warning, **more):\n"
    "    main = weakref.ref(sys.modules['__main__'])\n"
    "    del sys.modules['__main__']\n"
    "    gc.collect()\n"
    "    sys.lives.append(main() is not None)\n"
    "    sys.others = [{} for _ in range(1000)]\n"
    "sys.lives = []\n"
    "warnings.simplefilter('always')\n"
    "warnings.showwarning = hear\n"
    "''', {'__builtins__': __builtins__, '__name__': 'elsewhere'})";

static void *in_interpreter(void *view)
{
    char text[64];
    pyferry_token token = attach(view);
    run(hear);
    for (int i = 0; i < 3; i++) {
        run("k = 1 is 1\nassert k is True and str(k) == 'True'"); /* SyntaxWarning: "is" with a literal */
        run("import sys\nassert '__main__' in sys.modules and 'k' not in globals()");
        CHECK_OK(pyferry_eval("str(1 is 1)", NULL, text, sizeof text, NULL));
        CHECK(strcmp(text, "True") == 0);
        run("del __builtins__");
        run("assert len(str(__builtins__)) > 3");
    }
    run("import sys\nassert sys.lives == [True] * 6, sys.lives");
    detach(token);
    return NULL;
}

int main(void)
{
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_view *sub = new_interpreter();
    on_new_thread(in_interpreter, main_interpreter);
    on_new_thread(in_interpreter, sub);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
