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
#include <fcntl.h>
#include <io.h>
#include <pthread.h>
#include <psapi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tlhelp32.h>
#include <wchar.h>

#define realpath(path, to) _fullpath(to, path, 4096)

/* mingw-w64's take names in whatever character set the user has. */
static inline const wchar_t *pyferry_test_wide(const char *text)
{
    static __thread wchar_t wide[2][1024];
    static __thread unsigned turn;
    wchar_t *room = wide[turn++ % 2];
    MultiByteToWideChar(CP_UTF8, 0, text, -1, room, 1024);
    return room;
}
#define mkdir(path, mode) _wmkdir(pyferry_test_wide(path))
#ifndef __cplusplus
#define fopen(path, mode) _wfopen(pyferry_test_wide(path), pyferry_test_wide(mode))
#endif

/* Python has a C library of its own, with its own file descriptors and its own copy of the environment. */
static inline FARPROC pyferry_test_of_python(const char *name)
{
    return GetProcAddress(LoadLibraryA("ucrtbase.dll"), name);
}

static inline void pyferry_test_put(const char *name, const char *value)
{
    int (*put)(const char *, const char *);
    *(FARPROC *)&put = pyferry_test_of_python("_putenv_s");
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

static inline int pyferry_test_pipe(int *ends)
{
    int (*make)(int *, unsigned, int);
    *(FARPROC *)&make = pyferry_test_of_python("_pipe");
    return make(ends, 4096, _O_BINARY | _O_NOINHERIT);
}
#define pipe(ends) pyferry_test_pipe(ends)

/* In C++ these are names of others' members. */
#ifndef __cplusplus
static inline int pyferry_test_read(int descriptor, void *to, unsigned size)
{
    int (*function)(int, void *, unsigned);
    *(FARPROC *)&function = pyferry_test_of_python("_read");
    return function(descriptor, to, size);
}

static inline int pyferry_test_write(int descriptor, const void *from, unsigned size)
{
    int (*function)(int, const void *, unsigned);
    *(FARPROC *)&function = pyferry_test_of_python("_write");
    return function(descriptor, from, size);
}

static inline int pyferry_test_close(int descriptor)
{
    int (*function)(int);
    *(FARPROC *)&function = pyferry_test_of_python("_close");
    return function(descriptor);
}

static inline int pyferry_test_open(const char *path, int how)
{
    int (*function)(const char *, int);
    *(FARPROC *)&function = pyferry_test_of_python("_open");
    return function(strcmp(path, "/dev/null") == 0 ? "NUL" : path, how);
}

static inline int pyferry_test_dup(int descriptor)
{
    int (*function)(int);
    *(FARPROC *)&function = pyferry_test_of_python("_dup");
    return function(descriptor);
}

/* 0, and not the new one, where it succeeds. */
static inline int pyferry_test_dup2(int descriptor, int as)
{
    int (*function)(int, int);
    *(FARPROC *)&function = pyferry_test_of_python("_dup2");
    return function(descriptor, as) == 0 ? as : -1;
}
#define read(descriptor, to, size) pyferry_test_read(descriptor, to, size)
#define write(descriptor, from, size) pyferry_test_write(descriptor, from, size)
#define open(path, how) pyferry_test_open(path, how)
#define close(descriptor) pyferry_test_close(descriptor)
#define dup(descriptor) pyferry_test_dup(descriptor)
#define dup2(descriptor, as) pyferry_test_dup2(descriptor, as)
#endif

/* Python's signals are those of its C library. */
static inline int pyferry_test_raise(int number)
{
    int (*function)(int);
    *(FARPROC *)&function = pyferry_test_of_python("raise");
    return function(number);
}
#define raise(number) pyferry_test_raise(number)

#define pthread_tryjoin_np(thread, result) _pthread_tryjoin(thread, result)

static inline int gettid(void)
{
    return (int)GetCurrentThreadId();
}

/* Until it is cancelled, which has to be looked for. */
static inline int pause(void)
{
    for (;; Sleep(10))
        pthread_testcancel();
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
