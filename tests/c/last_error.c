/* harness: mode=alone */
/* A message is cut at a character and always ended, its whole length told, kept through successes, and each thread's. */
#include "use.h"

#define PATH_OF_ALL_LENGTHS "/nowhere/\xc3\xbc-\xe2\x82\xac-\xf0\x9f\x90\x8d/python3" /* ü, €, a snake: 2, 3 and 4 bytes */

static void *another_thread(void *unused)
{
    char buffer[8] = "x";
    CHECK(pyferry_last_error(buffer, sizeof buffer) == 0);
    CHECK(buffer[0] == '\0');
    CHECK_STATUS(pyferry_view_current(NULL), PYFERRY_STATUS_INVALID_ARGUMENT);
    CHECK(pyferry_last_error(NULL, 0) > 0);
    return unused;
}

static bool starts_a_character(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

int main(void)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.python = PATH_OF_ALL_LENGTHS;
    CHECK(pyferry_last_error(NULL, 0) == 0);
    CHECK_STATUS(pyferry_runtime_start(&options), PYFERRY_STATUS_NO_PYTHON);

    char whole[4096], part[4096];
    size_t length = pyferry_last_error(whole, sizeof whole);
    CHECK(length == strlen(whole) && strstr(whole, PATH_OF_ALL_LENGTHS) != NULL);
    CHECK(pyferry_last_error(NULL, 0) == length);
    CHECK(pyferry_last_error(NULL, 100) == length);

    for (size_t capacity = 0; capacity <= length + 1; capacity++) {
        memset(part, 'x', sizeof part);
        CHECK(pyferry_last_error(part, capacity) == length);
        if (capacity == 0) {
            CHECK(part[0] == 'x');
            continue;
        }
        size_t fits = strlen(part);
        CHECK(fits < capacity && part[fits + 1] == 'x');
        CHECK(memcmp(part, whole, fits) == 0 && starts_a_character(whole[fits]));
        /* No more is lost than the character that does not fit. */
        size_t next = fits + 1;
        while (next < length && !starts_a_character(whole[next]))
            next++;
        CHECK(fits == length || next >= capacity);
    }

    CHECK_OK(pyferry_thread_forget());
    on_new_thread(another_thread, NULL);
    CHECK(pyferry_last_error(part, sizeof part) == length && strcmp(part, whole) == 0);
    return 0;
}
