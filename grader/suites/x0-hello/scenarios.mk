# The files of the warm-up's scenario, and what the link of a subject needs beside them.
SCENARIOS := scenarios.c
MODELS := models.c
LINK_FLAGS :=
