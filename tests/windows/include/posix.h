/* Included before everything else of a program that is compiled for Windows: what POSIX has and mingw-w64 lacks. */
#ifndef PYFERRY_TEST_POSIX_H
#define PYFERRY_TEST_POSIX_H

#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
/* Names that are others' too. */
#undef interface
#undef near
#undef far

#include <direct.h>
#include <io.h>
#include <pthread.h>
#include <stdlib.h>

#define realpath(path, to) _fullpath(to, path, 4096)
#define mkdir(path, mode) _mkdir(path)

/* Python has a C library of its own (ucrtbase), with its own copy of the environment. */
static inline void pyferry_test_put(const char *name, const char *value)
{
    HMODULE library = GetModuleHandleA("ucrtbase.dll");
    int (*put)(const char *, const char *) = NULL;
    if (library != NULL)
        *(FARPROC *)&put = GetProcAddress(library, "_putenv_s");
    if (put != NULL)
        put(name, value);
    _putenv_s(name, value);
}

static inline int setenv(const char *name, const char *value, int overwrite)
{
    (void)overwrite;
    pyferry_test_put(name, value);
    return 0;
}

static inline int unsetenv(const char *name)
{
    pyferry_test_put(name, "");
    return 0;
}

/* mingw-w64's tells only a debugger. */
static inline int pyferry_test_name_thread(const char *name)
{
    wchar_t wide[256];
    HRESULT(WINAPI *set)(HANDLE, PCWSTR) = NULL;
    MultiByteToWideChar(CP_UTF8, 0, name, -1, wide, 256);
    *(FARPROC *)&set = GetProcAddress(GetModuleHandleA("kernelbase.dll"), "SetThreadDescription");
    return set == NULL || set(GetCurrentThread(), wide) < 0;
}
#define pthread_setname_np(thread, name) pyferry_test_name_thread(name)

#endif
