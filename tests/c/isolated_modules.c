/* Interpreters that are as isolated as can be use the standard library's C modules one after another, each the first one to,
 * and neither the next one nor the end of Python suffers from what they leave in the process. Up to 3.12.3 (gh-119213) the
 * names of a C function's arguments were kept in the memory of the interpreter that called it first, and freed by main;
 * in all of 3.12 a module that does not support such interpreters (_datetime, _decimal) is set up there before it is refused. */
/* harness: mode=runtime */
#include "use.h"

/* Some Pythons are built without one or the other. */
#define USE                                                                                                            \
    "def use(name, of):\n"                                                                                             \
    "    try:\n"                                                                                                       \
    "        of(__import__(name))\n"                                                                                   \
    "    except ImportError:\n"                                                                                        \
    "        pass\n"

static const char *const USES[] = {
    USE "use('hashlib', lambda m: m.sha256(b'', usedforsecurity=False).hexdigest())\n"
        "use('datetime', lambda m: m.datetime.now(tz=None).isoformat(sep=' '))\n",
    USE "use('zlib', lambda m: m.compress(b'ferry', level=3))\n"
        "use('datetime', lambda m: m.datetime.now(tz=None).isoformat(sep=' '))\n"
        "use('decimal', lambda m: m.Decimal(value='1.5').to_integral_value(rounding=m.ROUND_UP))\n",
    USE "use('ssl', lambda m: m.SSLContext(protocol=m.PROTOCOL_TLS_CLIENT))\n"
        "use('pickle', lambda m: m.dumps(1, protocol=2))\n"
        "use('decimal', lambda m: m.Decimal(value='1.5').to_integral_value(rounding=m.ROUND_UP))\n",
    /* On Windows m.run asks for a signal handler, which only main may have. */
    USE "use('asyncio', lambda m: m.SelectorEventLoop().run_until_complete(m.sleep(0, result=1)) if hasattr(m, 'ProactorEventLoop') else m.run(m.sleep(0, result=1), debug=False))\n"
        "use('sqlite3', lambda m: m.connect(':memory:', timeout=1).close())\n"
        "use('zoneinfo', lambda m: m.ZoneInfo)\n",
};

int main(void)
{
    for (int life = 0; life < (in_short() ? 1 : 2); life++) {
        start_runtime();
        for (size_t i = 0; i < COUNT(USES); i++) {
            pyferry_view *view = new_interpreter();
            run_in(view, USES[i]);
            CHECK_OK(pyferry_interpreter_end(view, -1));
            pyferry_view_free(view);
        }
        CHECK_OK(pyferry_runtime_stop(-1));
    }
    return 0;
}
