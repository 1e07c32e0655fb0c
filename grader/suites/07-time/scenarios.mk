# The files of lab 07's scenarios, and what the link of a subject needs beside them.
SCENARIOS := scenarios.c scenario_wheel.c scenario_time.c scenario_many.c
SUPPORT := mocks.c
MODELS := models_timer.c
LINK_FLAGS :=
