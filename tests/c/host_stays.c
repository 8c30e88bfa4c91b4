/* harness: mode=runtime */
/* harness: not-on=windows it asks glibc how its streams are buffered */
/* harness: env=LC_ALL=C.UTF-8 */
/* harness: also=c LC_ALL=C */
/* harness: also=latin LC_ALL=de_DE.ISO-8859-1 */
/* harness: also=unbuffered PYTHONUNBUFFERED=1 */
/* What is the process's and not Python's stays as the host has it: locale, environment, working directory, file creation
   mask, rounding, the buffers of its streams. Python reads and writes UTF-8 all the same. */
#include "use.h"

#include <fenv.h>
#include <locale.h>
#include <stdio_ext.h>
#include <sys/stat.h>

extern char **environ;

static const int CATEGORIES[] = { LC_CTYPE, LC_NUMERIC, LC_TIME, LC_COLLATE, LC_MONETARY, LC_MESSAGES };
#define CATEGORY_COUNT COUNT(CATEGORIES)

static char locale_before[CATEGORY_COUNT][64], directory_before[4096], environment_before[1 << 16];
static int rounding_before;

static void write_environment(char *text)
{
    for (char **variable = environ; *variable != NULL; variable++)
        text = stpcpy(stpcpy(text, *variable), "\n");
}

static void look(void)
{
    for (size_t i = 0; i < CATEGORY_COUNT; i++)
        snprintf(locale_before[i], sizeof locale_before[i], "%s", setlocale(CATEGORIES[i], NULL));
    CHECK(getcwd(directory_before, sizeof directory_before) != NULL);
    write_environment(environment_before);
    rounding_before = fegetround();
}

static void check_unchanged(void)
{
    static char directory[sizeof directory_before], environment[sizeof environment_before];
    for (size_t i = 0; i < CATEGORY_COUNT; i++) {
        if (strcmp(setlocale(CATEGORIES[i], NULL), locale_before[i]) != 0)
            fprintf(stderr, "category %d is %s and was %s\n", CATEGORIES[i], setlocale(CATEGORIES[i], NULL), locale_before[i]);
        CHECK(strcmp(setlocale(CATEGORIES[i], NULL), locale_before[i]) == 0);
    }
    CHECK(getcwd(directory, sizeof directory) != NULL && strcmp(directory, directory_before) == 0);
    memset(environment, 0, sizeof environment);
    write_environment(environment);
    CHECK(strcmp(environment, environment_before) == 0);
    CHECK(fegetround() == rounding_before);
    mode_t mask = umask(0);
    umask(mask);
    CHECK(mask == 0137);
    CHECK(__fbufsize(stdout) == 4321);
}

static void start(void)
{
    CHECK_OK(pyferry_runtime_start(NULL));
    check_unchanged();
}

int main(void)
{
    static char buffer[4321];
    CHECK(setvbuf(stdout, buffer, _IOFBF, sizeof buffer) == 0);
    umask(0137);
    fesetround(FE_UPWARD);
    look();
    for (int life = 0; life < 2; life++) {
        start();
        pyferry_view *main = main_view();
        run_in(main, "import locale, sys, time, subprocess, threading\n"
                     "assert '\\u00e9'.encode(sys.getfilesystemencoding()) == b'\\xc3\\xa9', sys.getfilesystemencoding()\n"
                     "open('\\u00e9', 'w').write('\\u00e9')\n"
                     "assert open(b'\\xc3\\xa9', 'rb').read() == b'\\xc3\\xa9'");
        check_unchanged();
        pyferry_view *sub = new_interpreter();
        check_works(sub);
        check_unchanged();
        CHECK_OK(pyferry_runtime_stop(-1));
        check_unchanged();
        pyferry_view_free(main);
        pyferry_view_free(sub);
    }
    return 0;
}
