/* The same library, linked by a C++ compiler. */
#include <pyferry.h>

#if __has_include(<pyferry.hpp>)
#include <pyferry.hpp>
#endif

#include <cstdio>

int main()
{
    std::printf("library %s\n", pyferry_version());
    return pyferry_version_number() == PYFERRY_VERSION_NUMBER ? 0 : 1;
}
