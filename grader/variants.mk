# How the grader compiles, by variant. Read by make, for the trusted objects, and by the grader, for a
# submission's; each line is `name := words`. Warnings in a submission are shown and never fatal; what a starter
# with holes cannot avoid (unused names) is off.

GRADE_CC := gcc
GRADE_COMMON := -std=gnu11 -D_GNU_SOURCE -g -fno-omit-frame-pointer -pthread -Wall -Wextra -Wshadow -Wimplicit-fallthrough -Wno-unused-parameter -Wno-unused-variable -Wno-unused-function

VARIANTS := plain asan tsan
plain.flags := -O2
asan.flags := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
tsan.flags := -O1 -fsanitize=thread
