/* harness: timeout=120 */
/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
/* As two_copies, where the program is linked to neither copy and both are plug-ins' own, which the loader keeps apart. */
#define NOT_LINKED
#include "two_copies.c"
