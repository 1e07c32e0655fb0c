# shellcheck shell=bash disable=SC2154
# names-of-picks.sh: the same beside a lab, a test or a pick that is there. Sourced by part.sh.

hostile_names grade LAB=01
hostile_names grade LAB=01 OWN=all TEST= SEED= SANDBOX=
hostile_names debug LAB=01 TEST=explore_unpark SEED=
hostile_names trace LAB=01 TEST=explore_unpark OWN= SEED=
hostile_names soak LAB=01
for command in run lib model bench; do
    hostile_names $command EXAMPLE=first_future VARIANT=plain OWN=01 SANDBOX= BUG= FILE=grader/interleave/examples/ticket.c
done
hostile_names install OWN=
