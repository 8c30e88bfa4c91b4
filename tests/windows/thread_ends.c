/* Whether one thread's end waits for the callback of another's (FlsAlloc): under Wine 8 it does. Nothing of pyferry is in here.
   x86_64-w64-mingw32-gcc -o thread_ends.exe thread_ends.c */
#include <windows.h>
#include <stdio.h>

static DWORD storage;
static HANDLE called_back, may_go_on;

static void CALLBACK end(void *value)
{
    if (value != &storage)
        return;
    SetEvent(called_back);
    WaitForSingleObject(may_go_on, INFINITE);
}

static DWORD WINAPI live(void *value)
{
    FlsSetValue(storage, value);
    return 0;
}

int main(void)
{
    storage = FlsAlloc(end);
    called_back = CreateEventA(NULL, FALSE, FALSE, NULL);
    may_go_on = CreateEventA(NULL, FALSE, FALSE, NULL);
    HANDLE waits = CreateThread(NULL, 0, live, &storage, 0, NULL);
    WaitForSingleObject(called_back, INFINITE);
    HANDLE other = CreateThread(NULL, 0, live, &may_go_on, 0, NULL);
    puts(WaitForSingleObject(other, 10000) == WAIT_OBJECT_0 ? "it does not wait" : "it waits");
    SetEvent(may_go_on);
    WaitForSingleObject(waits, INFINITE);
    WaitForSingleObject(other, INFINITE);
    return 0;
}
