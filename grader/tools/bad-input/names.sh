# shellcheck shell=bash disable=SC2154
# names.sh: names that look like programs, in every variable of each command. Sourced by part.sh.

for command in help help-all list grade debug trace run lib model bench install expand frames soak accept; do
    hostile_names $command
done
