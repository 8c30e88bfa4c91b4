/* harness: since=3.11 */
/* Where the members of an exception group refer back to it, or to each other, the message of a failed pyferry_exec shows each
   exception as often as Python does. Else the text would grow with each member by a factor. Where it grows so in Python too,
   since a few wide groups are in each other, it has an end here. */
#include "py.h"

/* Each makes e. */
static const char *const groups[] = {
    "xs = [ValueError(i) for i in range(3)]\ne = ExceptionGroup('context of all', xs)\nfor x in xs: x.__context__ = e",
    "xs = [ValueError(i) for i in range(14)]\ne = ExceptionGroup('cause of all', xs)\nfor x in xs: x.__cause__ = e",
    "c = KeyError('common')\nxs = [ValueError(i) for i in range(3)]\nfor x in xs: x.__cause__ = c\ne = ExceptionGroup('common', xs)",
    "x = ValueError('twice')\ne = ExceptionGroup('group', [x, x])",
    "x = ValueError('a cause')\ne = ExceptionGroup('caused by a member', [x])\ne.__cause__ = x",
    "x, y = ValueError('x'), ValueError('y')\nx.__context__, y.__context__ = y, x\ne = ExceptionGroup('each other', [x, y])",
    "x = ValueError('x')\ninner = ExceptionGroup('inner', [x, TypeError('y')])\ne = ExceptionGroup('outer', [inner, KeyError('z')])\n"
    "x.__context__ = e\ninner.__cause__ = e",
    "c = ExceptionGroup('before', [ValueError(1), ValueError(2)])\nxs = [TypeError(3), TypeError(4)]\nfor x in xs: x.__context__ = c\n"
    "e = ExceptionGroup('after', xs)\ne.__cause__ = c",
    "e = ValueError('deep')\nfor i in range(14):\n    e = ExceptionGroup(str(i), [e])\n    e.exceptions[0].__context__ = e",
};

static void check_groups(void)
{
    for (size_t i = 0; i < COUNT(groups); i++) {
        char source[1024], text[16384];
        snprintf(source, sizeof source, "%s\nraise e.with_traceback(None)", groups[i]);
        CHECK_STATUS(pyferry_exec(source, "level.py"), PYFERRY_STATUS_PYTHON_ERROR);
        CHECK(pyferry_last_error(text, sizeof text) < sizeof text);
        PyObject *value = PyUnicode_FromString(text);
        CHECK(value != NULL && PyObject_SetAttrString(PyImport_AddModule("__main__"), "text", value) == 0);
        Py_DECREF(value);
        run("import traceback\nwant = ''.join(traceback.format_exception(e)).rstrip()\nassert text == want, '\\n' + text + '\\nand not\\n' + want");
    }
}

static void check_wide_groups(void)
{
    static char text[1 << 20];
    CHECK_STATUS(pyferry_exec("e = ValueError(1)\nfor i in range(5): e = ExceptionGroup('wide', [e] * 15)\nraise e", NULL),
                 PYFERRY_STATUS_PYTHON_ERROR);
    CHECK(pyferry_last_error(text, sizeof text) < sizeof text);
    CHECK(strstr(text, "ValueError: 1") != NULL && strstr(text, "and 15 more exceptions") != NULL);
}

int main(void)
{
    initialize_python();
    check_groups();
    check_wide_groups();
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
