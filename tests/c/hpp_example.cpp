/* harness: mode=runtime */
/* The example that a C++ host starts from. */
#include "../../c_examples/raii.cpp"
