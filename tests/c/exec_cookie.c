/* The source that pyferry_exec and pyferry_eval take is UTF-8, whatever a coding cookie of the file that it is from says of that file:
   as with Python's own exec of a str. A byte order mark at its beginning is none of the source. */
#include "py.h"

static const char *const cookies[] = {
    "# -*- coding: latin-1 -*-\n",
    "# coding: ascii\n",
    "#!/usr/bin/python3\n# vim: set fileencoding=cp1252 :\n",
    "# coding: utf-8\n",
    "# coding: not-a-coding\n",
    "\xef\xbb\xbf",
    "\xef\xbb\xbf# coding: latin-1\n",
    "",
};

static void *in_interpreter(void *view)
{
    pyferry_token token = attach(view);
    for (size_t i = 0; i < COUNT(cookies); i++) {
        char source[200], text[16];
        snprintf(source, sizeof source, "%sx = '\xc3\xbc\xe2\x82\xac'", cookies[i]);
        run("x = None");
        run(source);
        run("assert x == '\\xfc\\u20ac', ascii(x)");
        snprintf(source, sizeof source, "%s'\xc3\xbc\xe2\x82\xac'", cookies[i]);
        CHECK_OK(pyferry_eval(source, NULL, text, sizeof text, NULL));
        CHECK(strcmp(text, "\xc3\xbc\xe2\x82\xac") == 0);
        /* The line of a syntax error is shown as it is, too. */
        snprintf(source, sizeof source, "%sx = '\xc3\xbc' $", cookies[i]);
        CHECK_REFUSED(pyferry_exec(source, "level.py"), PYFERRY_STATUS_PYTHON_ERROR, "SyntaxError");
        CHECK_SAYS("\n    x = '\xc3\xbc' $\n");
    }
    /* What is of the same kind, but inside, is what it is in Python. */
    run("exec('# coding: latin-1\\ny = \"\\u00fc\"')\nassert y == '\\u00fc'");
    run("exec(b'# coding: latin-1\\ny = \"\\xfc\"')\nassert y == '\\u00fc'");
    CHECK_REFUSED(pyferry_exec("x = 1\xef\xbb\xbf", NULL), PYFERRY_STATUS_PYTHON_ERROR, "SyntaxError");
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
