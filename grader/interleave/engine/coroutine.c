/**
 * @file coroutine.c
 * @brief Threads of a model as coroutines of one real thread.
 *
 * A switch saves the registers that a called function must keep, and changes the stack pointer and the thread pointer
 * (locals.c). On other processors than the two below, and with -DIL_UCONTEXT, ucontext does the same, more slowly.
 */
#include "engine.h"

#if defined(__x86_64__) && !defined(IL_UCONTEXT)

void coroutine_swap(void **save, void *load);
__asm__(".text\n"
        ".globl coroutine_swap\n"
        ".type coroutine_swap, @function\n"
        "coroutine_swap:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size coroutine_swap, .-coroutine_swap\n");

static void *first_frame(char *stack)
{
    /* what the first switch pops: six registers, then where it returns to; below that a return address of 0, so that
     * debuggers see the end of the stack and the alignment is that of a called function */
    void **top = (void **)(void *)(stack + STACK_BYTES - 64);
    *--top = NULL;
    *--top = (void *)(uintptr_t)thread_main;
    for (int i = 0; i < 6; i++)
        *--top = NULL;
    return top;
}

#elif defined(__aarch64__) && !defined(IL_UCONTEXT)

void coroutine_swap(void **save, void *load);
__asm__(".text\n"
        ".globl coroutine_swap\n"
        ".type coroutine_swap, %function\n"
        "coroutine_swap:\n"
        "    sub sp, sp, #160\n"
        "    stp x19, x20, [sp, #0]\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    ldp x19, x20, [sp, #0]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #160\n"
        "    ret\n"
        ".size coroutine_swap, .-coroutine_swap\n");

static void *first_frame(char *stack)
{
    char *frame = stack + STACK_BYTES - 64 - 160;
    memset(frame, 0, 160);
    *(void **)(void *)(frame + 88) = (void *)(uintptr_t)thread_main; /* x30: where `ret` goes */
    return frame;
}

#else

#include <ucontext.h>

static void coroutine_swap(void **save, void *load)
{
    ucontext_t here;
    *save = &here; /* on the stack that is left, so it lives until the way back */
    swapcontext(&here, load);
}

static void *first_frame(char *stack)
{
    ucontext_t *context = (ucontext_t *)(void *)(stack + STACK_BYTES - sizeof *context - 64);
    getcontext(context);
    context->uc_stack.ss_sp = stack;
    context->uc_stack.ss_size = STACK_BYTES - sizeof *context - 128;
    context->uc_link = NULL;
    makecontext(context, thread_main, 0);
    return context;
}

#endif

void coroutine_make(struct thread *thread)
{
    enum { MOSTLY_USED = 16 << 10 };
    if (il->has_loops) /* as stack_clean() */
        memset(thread->stack + STACK_BYTES - MOSTLY_USED, 0, MOSTLY_USED);
    thread->stack_pointer = first_frame(thread->stack);
    locals_make(thread);
}

void coroutine_switch(struct thread *from, struct thread *to)
{
    locals_use(to);
    coroutine_swap(from ? &from->stack_pointer : &il->main_stack_pointer,
                   to ? to->stack_pointer : il->main_stack_pointer);
}
