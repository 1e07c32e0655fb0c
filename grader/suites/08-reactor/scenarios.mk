# The files of lab 08's scenarios, and what the link of a subject needs beside them: TOP are files of the top layer, runtime/facade.
SCENARIOS := scenarios.c
SUPPORT := mocks.c
TOP := reactor.c
MODELS := models_bench.c models_readiness.c models_fd.c
LINK_FLAGS := -levent_core -levent_pthreads
