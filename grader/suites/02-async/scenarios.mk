# The files of lab 02's scenarios, and what the link of a subject needs beside them.
SCENARIOS := scenarios.c scenario_async.c scenario_calls.c scenario_threads.c common.c laws_futures.c
SUPPORT := actors.c mocks.c plans.c kit_life.c kit_where.c kit_objects.c kit_leaves.c kit_memory.c kit_mistakes.c
LINK_FLAGS :=
