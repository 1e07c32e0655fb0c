# The files of lab 19's scenarios, and what the link of a subject needs beside them.
SCENARIOS := scenarios.c laws_futures.c
SUPPORT := mocks.c kit_life.c kit_where.c kit_objects.c kit_leaves.c kit_memory.c kit_mistakes.c
LINK_FLAGS :=
