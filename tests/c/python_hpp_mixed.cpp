/* harness: mode=runtime */
/* harness: flags=-fno-exceptions */
/* harness: file=python_hpp_throws */
/* harness: leaks-not-checked=a module's functions live as long as the process */
/* A program may have files with exceptions and files without, which make functions of the same module: what those with exceptions
   throw, the script gets, whichever file's code the linker keeps. */
#include "use.h"

#include <pyferry_python.hpp>

#if defined(__cpp_exceptions)
#error "this is the file without exceptions, and comes first"
#endif

void define_throwing(pyferry::module &module);

static double half(double value) { return value / 2; }

int main()
{
    pyferry::module game{"game"};
    game.def("half", half);
    define_throwing(game);

    pyferry::runtime python;
    CHECK(python);
    {
        pyferry::attached here{pyferry::view::main()};
        CHECK(here && game.add());
        pyferry::result ran = here.exec("import game\n"
                                        "assert game.half(3) == 1.5\n"
                                        "for f, arguments in ((game.range, (1.0,)), (game.lambda_, ())):\n"
                                        "    try: f(*arguments)\n"
                                        "    except IndexError as e: assert str(e) == 'far'\n"
                                        "    else: assert False\n");
        CHECK(ran || (fprintf(stderr, "%s\n", ran.message()), false));
    }
    CHECK(python.stop(pyferry::forever));
    return 0;
}
