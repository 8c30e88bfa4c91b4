/* harness: mode=dlopen */
/* A libpython that the host loaded with RTLD_GLOBAL before it first called pyferry is found. */
#include "loaded.h"

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    struct loaded python = load_python(argv[1], RTLD_GLOBAL);
    use_loaded_python(&python);
    return 0;
}
