/* What there is in python-under-test.dll beside the way to a Python's own functions and variables. */
int Py_IsInitialized(void);

/* So that this Python is loaded with it. */
int (*const pyferry_test_needed)(void) = Py_IsInitialized;

int begin(void)
{
    return 1;
}
