/* harness: mode=runtime */
/* harness: not-under=arm64 the emulator's Pythons are started by scripts, which know one name */
/* harness: not-on=windows fork.h is not for it */
/* In one process, one life after the other, Python is started from one virtual environment, from another and from none, with a PYTHONPATH
   and without, also by another copy of the library. Each time its paths are those that the same program has for itself: nothing of the
   life before is in them. */
#include "copy.h"

#include <limits.h>

static const char LOOK[] = "import sys\n"
                           "names = 'executable', 'prefix', 'exec_prefix', 'base_prefix', 'base_exec_prefix'\n"
                           "look = [getattr(sys, name) for name in names] + [path for path in sys.path if path]\n";

static struct copy linked, other;

/* What the program says itself, in a file. */
static void ask(const char *program, const char *file)
{
    char command[3 * PATH_MAX];
    snprintf(command, sizeof command, "'%s' -c \"%sopen('%s', 'w').write(repr(look))\"", program, LOOK, file);
    CHECK(system(command) == 0);
}

static void live(const struct copy *by, const char *program)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    pyferry_view *views[2];
    pyferry_token token;
    char check[PATH_MAX + sizeof LOOK];
    options.python = program;
    ask(program, "said");
    /* 3.9 does not tell the other copy that it has run before. */
    snprintf(check, sizeof check,
             "%ssaid = open('said').read()\n"
             "assert repr(look) == said or %d and sys.version_info < (3, 10), f'{look} and not {said}'",
             LOOK, by == &other);
    COPY_OK(by, runtime_start(&options));
    COPY_OK(by, view_main(&views[0]));
    COPY_OK(by, interpreter_new(NULL, &views[1]));
    for (size_t i = 0; i < COUNT(views); i++) {
        COPY_OK(by, attach(views[i], &token));
        COPY_OK(by, exec(check, NULL));
        COPY_OK(by, detach(&token));
        by->view_free(views[i]);
    }
    COPY_OK(by, runtime_stop(-1));
}

static const char *make(const char *name)
{
    static char made[2][PATH_MAX];
    static size_t count;
    char command[2 * PATH_MAX], *program = made[count++];
    snprintf(command, sizeof command, "'%s' -m venv --without-pip %s", getenv("PYFERRY_TEST_PYTHON"), name);
    CHECK(system(command) == 0);
    char directory[PATH_MAX / 2];
    CHECK(getcwd(directory, sizeof directory) != NULL);
    snprintf(program, PATH_MAX, "%s/%s/bin/python3", directory, name);
    return program;
}

int main(void)
{
    const char *plain = getenv("PYFERRY_TEST_PYTHON"), *one = make("one"), *two = make("two");
    const struct {
        const char *program, *path;
    } lives[] = { { one, NULL }, { one, NULL }, { two, NULL }, { plain, "/here" }, { plain, "/there" }, { one, NULL } };
    linked = first_copy();
    other = load_copy(&linked, "libpyferry-other.so");
    for (size_t life = 0; life < COUNT(lives); life++) {
        if (in_short() && life % 3 == 0) /* of two that are alike, one */
            continue;
        printf("life %zu: %s\n", life, lives[life].program);
        CHECK((lives[life].path != NULL ? setenv("PYTHONPATH", lives[life].path, 1) : unsetenv("PYTHONPATH")) == 0);
        live(life < COUNT(lives) - 1 ? &linked : &other, lives[life].program);
    }
    return 0;
}
