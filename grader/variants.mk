# How the grader compiles, by variant. Read by make, for the trusted objects, and by the grader, for a
# submission's; each line is `name := words`. Warnings in a submission are shown and never fatal; what a starter
# with holes cannot avoid (unused names) is off.

GRADE_CC := gcc
GRADE_COMMON := -std=gnu11 -D_GNU_SOURCE -g -fno-omit-frame-pointer -pthread -Wall -Wextra -Wshadow -Wimplicit-fallthrough -Wno-unused-parameter -Wno-unused-variable -Wno-unused-function

# The last one is explored by the engine of grader/interleave, and the flags of its link take the place of the
# compiler's: the compiler calls the engine's functions where it would call ThreadSanitizer's.
# A submission is preprocessed once, with the flags of text; what the compiler says of it is said with them too.
VARIANTS := plain asan tsan interleave
text.flags := -O2
plain.flags := -O2
asan.flags := -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all
tsan.flags := -O1 -g1 -fsanitize=thread -Wno-tsan
# The optimiser must not read what the source does not read: it takes no structure to pieces that is copied, and moves no read out of a loop.
# And each variable has a place of its own, so that one that nothing has written does not hold what another left.
interleave.flags := -O1 -fno-tree-sra -fno-tree-loop-im -fstack-reuse=none -fsanitize=thread -Wno-tsan -fno-builtin -fno-pie
# What is explored once more, with the submission's files as they are written: what the optimiser has removed from them, such as a
# read whose value nobody uses, may race all the same. No variant by itself: tests of interleave explore both.
written.flags := -O0 -fstack-reuse=none -fsanitize=thread -Wno-tsan -fno-builtin -fno-pie
# libdw is the engine's; named before the objects that call it, it must not be left out.
interleave.link := -no-pie -Wl,-z,now -Wl,--no-as-needed -ldw -lelf
written.link := -no-pie -Wl,-z,now -Wl,--no-as-needed -ldw -lelf

# What is not graded: how make lib and make bench compile a pick.
PICKS := lib bench
# The shared library exports what the headers declare (compiler.h), and reaches its thread-local pointer without a call. For that the
# loader keeps a few bytes of each thread: a program that loads the library later, by dlopen, has them too, as long as others leave some.
# Both have the block cache; what is graded and tested has malloc (runtime/given/alloc.c).
lib.flags := -DWF_BLOCK_CACHE -O2 -fPIC -fvisibility=hidden -ftls-model=initial-exec
bench.flags := -DWF_BLOCK_CACHE -O2 -flto -g0 -fomit-frame-pointer
