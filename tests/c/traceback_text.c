/* The message of a failed pyferry_exec is what Python prints of the exception, word for word, and nothing is imported for it: not
   at the first failure of an interpreter either. */
#include "py.h"

/* Each raises, on every Python that can compile it. */
static const char *const everywhere[] = {
    "1 / 0",
    "def f(n):\n    return f(n - 1) if n else 1 / 0\nf(3)",
    "def f(): f()\nf()",
    "x = (",
    "x = 1 +* 2",
    "  indented = 1",
    "raise SyntaxError('by hand')",
    "raise SyntaxError('by hand', ('some.py', 3, 5, 'abcdefgh\\n'))",
    "raise SyntaxError('by hand', ('some.py', None, None, None))",
    "raise SyntaxError('by hand', ('some.py', 3, 10**15, '  bcdefgh\\n'))",
    "raise ValueError",
    "raise ValueError('')",
    "raise ValueError('two\\nlines')",
    "raise KeyError('k')",
    "raise SystemExit(3)",
    "raise KeyboardInterrupt",
    "raise OSError(2, 'No such file', 'name')",
    "class E(Exception):\n    class Inner(Exception): pass\nraise E.Inner('nested name')",
    "import json\njson.loads('{')",
    "raise Exception('\\u00fc\\U0001f40d')",
    "try: 1 / 0\nexcept ZeroDivisionError as e: raise ValueError('outer') from e",
    "try: 1 / 0\nexcept ZeroDivisionError: raise ValueError('outer')",
    "try: 1 / 0\nexcept ZeroDivisionError: raise ValueError('outer') from None",
    "try:\n    try: 1 / 0\n    except ZeroDivisionError: [][0]\nexcept IndexError as e: raise KeyError('third') from e",
    "a, b = ValueError('a'), ValueError('b')\na.__cause__, b.__cause__ = b, a\nraise a",
    "a, b = ValueError('a'), ValueError('b')\na.__context__, b.__context__ = b, a\nraise a",
};
/* From then on the caret no longer stands below what it means where there are tabs. */
static const char *const until_3_14[] = { "if True:\n\tx = \t$\n" };
static const char *const since_3_11[] = {
    "e = ValueError('noted')\ne.add_note('one')\ne.add_note('two\\nlines')\nraise e",
    "e = ValueError('noted')\ne.__notes__ = 7\nraise e",
    "e = ValueError('noted')\ne.__notes__ = ('a', 5)\nraise e",
    "class E(Exception):\n    def __str__(self): raise ValueError\nraise E",
    "raise ExceptionGroup('group', [ValueError(1), TypeError('two\\nlines')])",
    "def f(): raise KeyError('in f')\n"
    "def g():\n    try: f()\n    except KeyError as e: raise ExceptionGroup('inner', [ValueError(1), e])\n"
    "try: g()\nexcept ExceptionGroup as e: raise ExceptionGroup('outer', [TypeError(1), e]) from ValueError('why')",
    "try: raise ExceptionGroup('context', [ValueError(1)])\nexcept ExceptionGroup: 1 / 0",
    "try: 1 / 0\nexcept ZeroDivisionError as z:\n"
    "    e = BaseExceptionGroup('notes', [z, KeyboardInterrupt()])\n    e.add_note('a note')\n    raise e",
    "raise ExceptionGroup('wide', [ValueError(i) for i in range(16)])",
    "raise ExceptionGroup('wider', [ValueError(i) for i in range(20)])",
    "e = ValueError('deep')\nfor i in range(14): e = ExceptionGroup(str(i), [e])\nraise e",
};
/* 3.11 takes it for a list of characters. */
static const char *const since_3_12[] = { "e = ValueError('noted')\ne.__notes__ = 'text'\nraise e" };

static const char *const expect = "import sys, traceback\n"
                                  "def expected():\n"
                                  "    try: exec(compile(source, 'level.py', 'exec'), {'__name__': '__main__'})\n"
                                  "    except BaseException as e:\n"
                                  "        return ''.join(traceback.format_exception(type(e), e, e.__traceback__.tb_next)).rstrip()\n";

static void set_text(const char *name, const char *text)
{
    PyObject *value = PyUnicode_FromString(text);
    CHECK(value != NULL && PyObject_SetAttrString(PyImport_AddModule("__main__"), name, value) == 0);
    Py_DECREF(value);
}

static const char *sources[64];
static int count;

static void choose(bool is_here, const char *const *some, size_t number)
{
    for (size_t i = 0; is_here && i < number; i++) {
        CHECK(count < (int)COUNT(sources));
        sources[count++] = some[i];
    }
}

static void choose_sources(void)
{
    choose(true, everywhere, COUNT(everywhere));
    choose(python_minor() <= 14, until_3_14, COUNT(until_3_14));
    choose(python_minor() >= 11, since_3_11, COUNT(since_3_11));
    choose(python_minor() >= 12, since_3_12, COUNT(since_3_12));
}

/* Of each source, first of all in this interpreter; then they are compared with what Python makes of it. */
static void check_texts(void)
{
    static char texts[COUNT(sources)][16384];
    /* One of the sources imports json. */
    run("import json, sys\nassert 'traceback' not in sys.modules\n"
        "sys.setrecursionlimit(200)\nbefore = sorted(sys.modules)");
    for (int i = 0; i < count; i++) {
        CHECK_STATUS(pyferry_exec(sources[i], "level.py"), PYFERRY_STATUS_PYTHON_ERROR);
        CHECK(pyferry_last_error(texts[i], sizeof texts[i]) < sizeof texts[i]);
    }
    run("new = [name for name in sys.modules if name not in before]\nassert not new, new");
    run(expect);
    for (int i = 0; i < count; i++) {
        set_text("source", sources[i]);
        set_text("text", texts[i]);
        CHECK_OK(pyferry_exec("import re\nuncounted = lambda text: re.sub('repeated [0-9]+', 'repeated', text if 'json' not in text else re.sub('\\n *[~^]+(?=\\n)', '', text))\n"
                         "want = expected()\nassert uncounted(text) == uncounted(want), '\\n' + text + '\\nand not\\n' + want", NULL));
    }
}

static void *in_interpreter(void *view)
{
    pyferry_token token = attach(view);
    check_texts();
    detach(token);
    return NULL;
}

int main(void)
{
    choose_sources();
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    on_new_thread(in_interpreter, main_interpreter);
    pyferry_view *sub = new_interpreter();
    on_new_thread(in_interpreter, sub);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
