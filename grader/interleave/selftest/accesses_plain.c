/**
 * @file accesses_plain.c
 * @brief Each kind of plain access, in a race that must be reported.
 */
#include <sched.h>
#include <stdbool.h>
#include <string.h>

#include "accesses.h"

/* --- sizes and types --- */

PLAIN(plain_1, "1 byte", unsigned char, plain_1_object = 1, USE(plain_1_object))
PLAIN(plain_2, "2 bytes", short, plain_2_object = 1, USE(plain_2_object))
PLAIN(plain_4, "4 bytes", int, plain_4_object = 1, USE(plain_4_object))
PLAIN(plain_8, "8 bytes", long, plain_8_object = 1, USE(plain_8_object))
PLAIN(plain_16, "16 bytes, __int128", __int128, plain_16_object = 1, USE(plain_16_object))
PLAIN(plain_bool, "_Bool", bool, plain_bool_object = true, USE(plain_bool_object))
PLAIN(plain_float, "float", float, plain_float_object = 1, USE(plain_float_object))
PLAIN(plain_double, "double", double, plain_double_object = 1, USE(plain_double_object))
PLAIN(plain_pointer, "pointer", void *, plain_pointer_object = &plain_pointer_object,
      USE(plain_pointer_object))
PLAIN(plain_volatile, "volatile int", volatile int, plain_volatile_object = 1, USE(plain_volatile_object))
PLAIN(plain_volatile_8, "volatile long", volatile long, plain_volatile_8_object = 1,
      USE(plain_volatile_8_object))

typedef enum { NO, YES } answer;
PLAIN(plain_enum, "enum", answer, plain_enum_object = YES, USE(plain_enum_object))

typedef void (*function)(void);
PLAIN(plain_function, "pointer to a function", function, plain_function_object = abort,
      USE(plain_function_object))

typedef int vector __attribute__((vector_size(16)));
static const vector ones = {1, 1, 1, 1};
PLAIN(plain_vector, "vector of 16 bytes", vector, plain_vector_object = ones, USE(plain_vector_object))

PLAIN(plain_complex, "double _Complex", double _Complex, plain_complex_object = 1, USE(plain_complex_object))

/* A long double has 10 bytes, and 6 that are never touched. */
static long double long_double;
RACES_WITH_READ(plain_long_double_write, "long double, written", (char *)&long_double + 9, long_double = 1)
RACES_WITH_WRITE(plain_long_double_read, "long double, read", (char *)&long_double + 9, USE(long_double))

/* --- read and write in one --- */

static int counter;
RACES_WITH_READ(plain_increment, "increment", LAST_BYTE(counter), counter++)
static long sum;
RACES_WITH_READ(plain_add, "+=, 8 bytes", LAST_BYTE(sum), sum += 2)
static int swapped[2];
RACES_WITH_READ(plain_swap, "two elements are swapped", LAST_BYTE(swapped[1]), {
    int kept = swapped[0];
    swapped[0] = swapped[1];
    swapped[1] = kept;
})

/* --- structures --- */

struct two {
    long first, second;
};
static const struct two two_ones = {1, 1};
PLAIN(struct_16, "copy of 16 bytes", struct two, struct_16_object = two_ones, USE(struct_16_object))

struct three {
    char bytes[3];
};
static const struct three three_ones = {{1, 1, 1}};
PLAIN(struct_3, "copy of 3 bytes", struct three, struct_3_object = three_ones, USE(struct_3_object))

struct large {
    char bytes[200];
};
static const struct large large_ones = {{1}};
PLAIN(struct_large, "copy of 200 bytes", struct large, struct_large_object = large_ones,
      USE(struct_large_object))

static struct large cleared;
RACES_WITH_READ(struct_clear, "(struct large){0}", LAST_BYTE(cleared), cleared = (struct large){0})
static struct two filled;
RACES_WITH_READ(struct_literal, "compound literal", LAST_BYTE(filled),
                filled = ((struct two){.first = (long)arg, .second = 2}))

static __attribute__((noinline)) struct large make_large(int value)
{
    struct large made = {{(char)value}};
    KNOWN(&made);
    return made;
}
static struct large returned;
RACES_WITH_READ(struct_returned, "200 bytes returned into the object", LAST_BYTE(returned),
                returned = make_large(1))

static __attribute__((noinline)) int take_large(struct large taken)
{
    KNOWN(&taken);
    return taken.bytes[0];
}
static struct large argument;
RACES_WITH_WRITE(struct_argument, "200 bytes given by value", LAST_BYTE(argument), USE(take_large(argument)))

static __attribute__((noinline)) long take_two(struct two taken)
{
    return taken.first + taken.second;
}
static struct two two_argument;
RACES_WITH_WRITE(struct_argument_16, "16 bytes given by value", LAST_BYTE(two_argument),
                 USE(take_two(two_argument)))

struct bits {
    unsigned low : 3, middle : 7, high : 6;
};
static struct bits bits;
RACES_WITH_READ(bit_field_write, "bit-field, written", (char *)&bits + 1, bits.high = 5)
RACES_WITH_WRITE(bit_field_read, "bit-field, read", (char *)&bits + 1, USE(+bits.high))
static struct bits neighbours;
RACES_WITH_WRITE(bit_field_neighbour, "a write of a bit-field reads its neighbours", (char *)&neighbours,
                 neighbours.middle = 3)

union number {
    long integer;
    double real;
};
PLAIN(union_member, "member of a union", union number, union_member_object.real = 1,
      USE(union_member_object.integer))

struct __attribute__((packed)) packed {
    char before;
    int four;
    long eight;
};
static struct packed packed, packed_read;
RACES_WITH_READ(unaligned_4_write, "4 bytes unaligned, written", (char *)&packed + 4, packed.four = 1)
RACES_WITH_WRITE(unaligned_4_read, "4 bytes unaligned, read", (char *)&packed_read + 4, USE(packed_read.four))
RACES_WITH_READ(unaligned_8_write, "8 bytes unaligned, written", (char *)&packed + 12, packed.eight = 1)
RACES_WITH_WRITE(unaligned_8_read, "8 bytes unaligned, read", (char *)&packed_read + 12,
                 USE(packed_read.eight))

/* --- neighbours within eight bytes: an access does not hide the thread's earlier ones --- */

static struct {
    _Alignas(8) int first;
    int second;
    atomic_int third;
    int fourth;
} beside;
static atomic_int beside_flag;

/* The first is read only when all the other accesses were made. */
static void *read_first(void *arg)
{
    if (atomic_load_explicit(&beside_flag, memory_order_relaxed) ||
        atomic_load_explicit(&beside.third, memory_order_relaxed))
        USE(*(int *)arg);
    return NULL;
}

static void against_read_first(void *(*writer)(void *), int *first)
{
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, writer, NULL);
    pthread_create(&threads[1], NULL, read_first, first);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
}

static void *write_beside(void *arg)
{
    beside.first = 1;
    KNOWN(&beside);
    beside.second = 1;
    atomic_store_explicit(&beside_flag, 1, memory_order_relaxed);
    return arg;
}

MODEL(beside_plain, "data race", "a write, then one beside it")
{
    against_read_first(write_beside, &beside.first);
}

static void *write_beside_atomic(void *arg)
{
    beside.fourth = 1;
    atomic_store_explicit(&beside.third, 1, memory_order_relaxed);
    return arg;
}

MODEL(beside_atomic, "data race", "a write, then an atomic store beside it")
{
    against_read_first(write_beside_atomic, &beside.fourth);
}

static _Alignas(8) char eight[8];
static atomic_int number_of_steps;

static void *write_eight(void *arg)
{
    for (int i = 0; i < 8; i++) {
        eight[i] = 1;
        KNOWN(eight);
        atomic_fetch_add_explicit(&number_of_steps, 1, memory_order_relaxed);
    }
    atomic_store_explicit(&beside_flag, 1, memory_order_relaxed);
    return arg;
}

static void *read_byte(void *arg)
{
    if (atomic_load_explicit(&beside_flag, memory_order_relaxed))
        USE(*(char *)arg);
    return NULL;
}

MODEL(beside_bytes, "data race", "a write of a byte, then of its seven neighbours, each at a time of its own")
{
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, write_eight, NULL);
    pthread_create(&threads[1], NULL, read_byte, eight);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
}

static atomic_int both_ways;

static void *write_then_store(void *arg)
{
    memset((void *)&both_ways, 0, sizeof both_ways);
    atomic_store_explicit(&both_ways, 1, memory_order_relaxed);
    atomic_store_explicit(&beside_flag, 1, memory_order_relaxed);
    return arg;
}

static void *load_after_store(void *arg)
{
    if (atomic_load_explicit(&beside_flag, memory_order_relaxed))
        USE(atomic_load_explicit(&both_ways, memory_order_relaxed));
    return arg;
}

MODEL(before_atomic, "data race", "a plain write of an atomic object, then an atomic store of the same thread")
{
    run_both(write_then_store, load_after_store);
}

/* --- places --- */

static int array[8];
static volatile int three_of_eight = 3;
RACES_WITH_READ(array_element, "element with a computed index", LAST_BYTE(array[3]), array[three_of_eight] = 1)
static int looped[8];
RACES_WITH_READ(array_loop, "a loop over an array", LAST_BYTE(looped[7]),
                for (int i = 0; i < 8; i++) looped[i] = i)

static int in_header;
RACES_WITH_READ(inline_write, "in a function of a header, written", LAST_BYTE(in_header),
                write_inline(&in_header))
RACES_WITH_WRITE(inline_read, "in a function of a header, read", LAST_BYTE(in_header),
                 USE(read_inline(&in_header)))

static int *static_local(void)
{
    static int object;
    return &object;
}
RACES_WITH_READ(in_static_local, "static variable of a function", static_local(), *static_local() = 1)

static const char *shared_text; /* of a thread that ends before anyone reads it */
RACES_WITH_READ(in_constant, "a pointer to constant data", LAST_BYTE(shared_text), shared_text = "text")

static void *write_int(void *arg)
{
    *(int *)arg = 1;
    return NULL;
}

MODEL(on_stack, "data race", "variable on another thread's stack")
{
    int object = 0;
    pthread_t thread;
    pthread_create(&thread, NULL, write_int, &object);
    USE(object);
    pthread_join(thread, NULL);
}

MODEL(on_heap, "data race", "block of malloc")
{
    int *object = malloc(sizeof *object);
    pthread_t thread;
    pthread_create(&thread, NULL, write_int, object);
    USE(*object);
    pthread_join(thread, NULL);
    free(object);
}

MODEL(on_heap_calloc, "data race", "block of calloc")
{
    int *object = calloc(4, sizeof *object);
    pthread_t thread;
    pthread_create(&thread, NULL, write_int, object + 3);
    USE(object[3]);
    pthread_join(thread, NULL);
    free(object);
}

static int *moved;

static void *move(void *arg)
{
    int *other = realloc(moved, 8 * sizeof *moved);
    free(other);
    return arg;
}

MODEL(on_heap_realloc, "memory error", "realloc frees the block that it moves")
{
    moved = calloc(4, sizeof *moved);
    pthread_t thread;
    pthread_create(&thread, NULL, move, NULL);
    moved[3] = 1;
    pthread_join(thread, NULL);
}
