# The exercise runs in no variant but interleave: it has models only.
SCENARIOS :=
MODELS := models.c
LINK_FLAGS :=
