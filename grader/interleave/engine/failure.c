/**
 * @file failure.c
 * @brief The end of an execution that failed: by a check of the engine's, by a crash, by a loop without end.
 */
#include "engine.h"

#include <stdlib.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

/* Exit status of a program whose engine failed: never the fault of what is tested. */
enum { EXIT_ENGINE_FAILED = 71 };

const char *il_failure_name(enum il_failure failure)
{
    static const char *const names[] = {
        [IL_NO_FAILURE] = "nothing",
        [IL_ASSERTION] = "assertion",
        [IL_PANIC] = "panic",
        [IL_TODO] = "not written yet",
        [IL_DEADLOCK] = "deadlock",
        [IL_LOST_WAKEUP] = "lost wake-up",
        [IL_LIVELOCK] = "livelock",
        [IL_RACE] = "data race",
        [IL_MEMORY] = "memory error",
        [IL_BAD_FREE] = "bad free",
        [IL_LEAK] = "leak",
        [IL_CRASH] = "crash",
        [IL_EXIT] = "exit",
        [IL_LOOP] = "endless loop",
        [IL_STEPS] = "too many steps",
        [IL_NOT_DETERMINISTIC] = "not deterministic",
        [IL_MISUSE] = "misuse",
        [IL_UNSUPPORTED] = "not supported",
        [IL_ENGINE] = "engine failure",
    };
    return names[failure];
}

bool il_failure_counts(enum il_failure failure)
{
    return failure != IL_UNSUPPORTED && failure != IL_STEPS && failure != IL_NOT_DETERMINISTIC;
}

static _Noreturn void end_execution(enum il_failure kind, il_site site, const char *format, va_list arguments)
{
    if (!il || !il->running)
        engine_failed("a failure outside of an execution: %s", format);
    il->failure = kind;
    il->failure_site = site;
    vsnprintf(il->message, sizeof il->message, format, arguments);
    if (il->tracing)
        interleave_failed(il_failure_name(kind));
    il_leave();
}

void fail(enum il_failure kind, il_site site, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    end_execution(kind, site, format, arguments);
}

void unsupported(il_site site, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    end_execution(IL_UNSUPPORTED, site, format, arguments);
}

void interleave_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    end_execution(IL_ASSERTION, (const char *)__builtin_return_address(0) - 1, format, arguments);
}

void interleave_unexpected(const char *expected, const char *observed, ...)
{
    char text[IL_MESSAGE_BYTES];
    il_site site = (const char *)__builtin_return_address(0) - 1;
    va_list arguments;
    va_start(arguments, observed);
    vsnprintf(text, sizeof text, observed, arguments);
    va_end(arguments);
    fail(IL_ASSERTION, site, "expected: %s; observed: %s, in %s at %s", expected, text,
         thread_text(il_this()->id), where(site));
}

void engine_failed(const char *format, ...)
{
    char text[500];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    dprintf(STDERR_FILENO, "interleave: the engine failed: %s\n", text);
    _exit(EXIT_ENGINE_FAILED);
}

/* A model that ends the program by a way that no hook knows leaves a verdict all the same, and never status 0. */
static __attribute__((destructor)) void program_ends(void)
{
    enum { EXIT_FAILED = 1 };
    if (!il || !il->running)
        return;
    dprintf(STDERR_FILENO, "FAILED: a model ended the program, after its %s: code under test must not\n",
            operation_name(il_this()->next.op));
    il->running = false; /* what leaves now is the engine */
    _exit(EXIT_FAILED);
}

/* --- crashes --- */

static void unblock(int number)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static const char *crash_name(int number)
{
    return number == SIGSEGV  ? "an access to memory that is not there"
           : number == SIGBUS ? "an impossible access to memory"
           : number == SIGFPE ? "a division by zero"
           : number == SIGILL
               ? "an illegal instruction, often the end of a function that should have returned a value"
               : "abort() was called";
}

#if defined(__x86_64__)
/* The program's code, without libraries. */
extern const char __executable_start[], etext[];

static bool in_program(const char *address)
{
    return address >= __executable_start && address < etext;
}

/* The newest place on the stack where a function of the program goes on: what it called is in a library. */
static il_site called_from(const char *const *stack)
{
    enum { WORDS = 512 };
    for (int i = 0; i < WORDS && on_a_stack((uintptr_t)&stack[i + 1] - 1); i++)
        if (in_program(stack[i]))
            return stack[i] - 1;
    return NULL;
}
#endif

/* Where the program was when the signal came. A call of what is no function has left its own place on the stack. */
static il_site interrupted_at(const void *context, const void *crashed_at)
{
    const ucontext_t *registers = context;
#if defined(__x86_64__)
    const greg_t *all = registers->uc_mcontext.gregs;
    const char *at = (const char *)all[REG_RIP];
    if (crashed_at == at && on_a_stack((uintptr_t)all[REG_RSP]))
        return *(const char *const *)all[REG_RSP] - 1;
    il_site caller = in_program(at) || !on_a_stack((uintptr_t)all[REG_RSP])
                         ? NULL
                         : called_from((const char *const *)all[REG_RSP]);
    return caller ? caller : at;
#elif defined(__aarch64__)
    return (il_site)registers->uc_mcontext.pc;
#else
    (void)registers;
    return NULL;
#endif
}

/* Whether the program was to go on at the address that it crashed at: it had called what is no function. */
static bool called_there(const void *context, const void *crashed_at)
{
    const ucontext_t *registers = context;
#if defined(__x86_64__)
    return (greg_t)(uintptr_t)crashed_at == registers->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (uintptr_t)crashed_at == registers->uc_mcontext.pc;
#else
    (void)registers;
    (void)crashed_at;
    return false;
#endif
}

/* ", after its load at x.c:12": what it did last. */
static const char *after_text(const struct thread *thread)
{
    char *text = scratch_text();
    *text = '\0';
    if (thread->next.op != OP_START)
        snprintf(text, sizeof il->texts[0], ", after its %s at %s", operation_name(thread->next.op),
                 where(thread->next.site));
    return text;
}

static bool in_guard_page(const struct thread *thread, const char *address)
{
    return address >= thread->stack - 4096 && address < thread->stack;
}

static void on_crash(int number, siginfo_t *info, void *context)
{
    char *address = info->si_addr;
    const struct thread *thread = il_this();
    bool overflow = il->running && number == SIGSEGV && in_guard_page(thread, address);
    /* inside, what is not touched for the model is the engine's own */
    if (!il->running || (il->inside && !il->touching && !overflow))
        engine_failed("signal %d (%s) at address %p, execution %ld, step %d", number, crash_name(number),
                      (void *)address, il->executions, il->step_count);
    unblock(number);
    il_site site = il->touching ? thread->called_at
                   : il->inside ? thread->next.site
                                : interrupted_at(context, number == SIGSEGV ? address : NULL);
    bool touching = il->touching;
    il->touching = false;
    if (overflow)
        fail(IL_CRASH, site,
             "the stack of %s overflowed at %s%s: a recursion without end, or large local arrays (a "
             "thread of a model has %d KB)",
             thread_text(thread->id), where(site), after_text(thread), STACK_BYTES >> 10);
    bool is_null = number == SIGSEGV && address < (char *)4096 && info->si_code != SI_KERNEL;
    if (is_null && !touching && !il->inside && called_there(context, address))
        fail(IL_CRASH, site, "%s calls through a NULL pointer at %s%s", thread_text(thread->id), where(site),
             after_text(thread));
    fail(IL_CRASH, site, "%s in %s at %s%s%s", crash_name(number), thread_text(thread->id), where(site),
         after_text(thread), is_null ? ": a NULL pointer" : "");
}

/* --- loops that no visible operation interrupts --- */

static void on_tick(int number, siginfo_t *info, void *context)
{
    enum { TICKS = 5 };
    (void)info;
    if (!il->running)
        return;
    bool stuck = il->tick_executions == il->executions + il->prunings && il->tick_steps == il->step_count;
    il->tick_executions = il->executions + il->prunings;
    il->tick_steps = il->step_count;
    il->ticks = stuck ? il->ticks + 1 : 0;
    if (il->ticks < TICKS || il->inside)
        return;
    il->ticks = 0;
    unblock(number);
    const struct thread *thread = il_this();
    il_site site = interrupted_at(context, NULL);
    fail(IL_LOOP, site,
         "%s is in an endless loop at %s, without any operation that another thread could see or answer%s. "
         "A variable that another thread shall change must be atomic",
         thread_text(thread->id), where(site), after_text(thread));
}

/* Begin: signals come to us, `before` keeps what was there. End: set it back. */
void failure_watch(struct sigaction before[], bool begin)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    enum { CRASHES = sizeof crashes / sizeof crashes[0], TICK_US = 100000 };
    struct itimerval timer = {{0, begin ? TICK_US : 0}, {0, begin ? TICK_US : 0}};
    if (!begin)
        setitimer(ITIMER_VIRTUAL, &timer, NULL);
    stack_t stack = {.ss_sp = il->signal_stack, .ss_size = 64 << 10, .ss_flags = begin ? 0 : SS_DISABLE};
    sigaltstack(&stack, NULL);
    struct sigaction crash = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    struct sigaction tick = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
    for (int i = 0; i < CRASHES; i++)
        sigaction(crashes[i], begin ? &crash : &before[i], begin ? &before[i] : NULL);
    sigaction(SIGVTALRM, begin ? &tick : &before[CRASHES], begin ? &before[CRASHES] : NULL);
    if (begin)
        setitimer(ITIMER_VIRTUAL, &timer, NULL);
}
