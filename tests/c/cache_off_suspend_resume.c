/* harness: env=PYFERRY_CACHE=off */
/* harness: mode=host */
/* The promise of suspend_resume also holds where states cannot be kept. */
#include "suspend_resume.c"
