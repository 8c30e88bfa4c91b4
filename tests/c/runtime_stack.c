/* harness: mode=runtime */
/* harness: not-on=windows it sets the limit of the stack, which Windows has in the program file */
/* harness: not-under=memcheck Valgrind's frames are deeper than CPython reckons with */
/* harness: not-under=helgrind Valgrind's frames are deeper than CPython reckons with */
/* Python's thread has the stack that a main thread has, or 8 MiB where that is less: deep recursion in an atexit function
 * is a RecursionError there, as it is in python3. */
#include "use.h"
#include <sys/resource.h>

static size_t stack;

static void measure(void *data)
{
    (void)data;
    pthread_attr_t attributes;
    CHECK(pthread_getattr_np(pthread_self(), &attributes) == 0);
    CHECK(pthread_attr_getstacksize(&attributes, &stack) == 0);
    pthread_attr_destroy(&attributes);
}

int main(void)
{
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_STACK, &limit) == 0);
    CHECK_OK(pyferry_runtime_start(NULL));
    pyferry_view *main = main_view();
    run_in(main, "import atexit\n"
                 "def raises(function, *expected):\n"
                 "    try:\n"
                 "        function()\n"
                 "    except expected:\n"
                 "        return\n"
                 "    raise AssertionError('nothing was raised')\n"
                 "def nest():\n"
                 "    nested = []\n"
                 "    for i in range(200000): nested = [nested]\n"
                 "    repr(nested)\n"
                 "def recurse(): recurse()\n"
                 "class Asks:\n"
                 "    def __getattr__(self, name): return getattr(self, name + 'x')\n"
                 "def deep():\n"
                 "    raises(nest, RecursionError)\n"
                 "    raises(recurse, RecursionError)\n"
                 "    raises(lambda: Asks().x, RecursionError)\n"
                 "    raises(lambda: compile('(' * 5000 + ')' * 5000, 'x', 'eval'), SyntaxError, MemoryError, RecursionError)\n"
                 "    raises(lambda: compile('-' * 50000 + '1', 'x', 'eval'), SyntaxError, MemoryError, RecursionError)\n"
                 "    open('through', 'w').close()\n"
                 "atexit.register(deep)");
    CHECK_OK(pyferry_at_end(main, measure, NULL));
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK(stack >= 8 << 20);
    CHECK(limit.rlim_cur == RLIM_INFINITY || stack >= limit.rlim_cur);
    CHECK(access("through", F_OK) == 0);
    /* No system has that much. */
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.stack_size = (size_t)1 << 62;
    CHECK_REFUSED(pyferry_runtime_start(&options), PYFERRY_STATUS_NO_MEMORY, "a stack of 4611686018427387904 bytes");
    CHECK_SAYS_WHO(NULL);
    pyferry_view_free(main);
    return 0;
}
