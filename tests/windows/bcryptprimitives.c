/* What Wine up to 8 lacks, and Windows has since version 7. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID to, ULONG size);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T size)
{
    return SystemFunction036(to, (ULONG)size);
}
