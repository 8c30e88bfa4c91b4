/* What a program is started with on a Python that yields its processor for nothing: see environment.rs. */
int sched_yield(void);

int sched_yield(void)
{
    return 0;
}
