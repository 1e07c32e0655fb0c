# The files of lab 01's scenarios, and what the link of a subject needs beside them.
SCENARIOS := scenarios.c scenario_futures.c scenario_many.c scenario_parking.c scenario_block_on.c cond_gap.c wall_clock.c laws_futures.c
SUPPORT := actors.c handover.c mocks.c kit_life.c kit_where.c kit_objects.c kit_leaves.c kit_memory.c kit_mistakes.c
MODELS := models.c
LINK_FLAGS := -Wl,--wrap=pthread_cond_wait,--wrap=pthread_cond_timedwait,--wrap=pthread_cond_clockwait,--wrap=clock_gettime,--wrap=gettimeofday,--wrap=time,--wrap=timespec_get
