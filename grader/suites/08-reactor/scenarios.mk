# The files of lab 08's scenarios, and what the link of a subject needs beside them: TOP are files of the top layer, runtime/facade.
SCENARIOS := scenarios.c
SUPPORT := mocks.c
TOP := event_base.c reactor.c
MODELS :=
LINK_FLAGS := -levent_core -levent_pthreads
