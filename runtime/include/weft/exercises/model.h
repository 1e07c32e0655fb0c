/**
 * @file exercises/model.h
 * @brief Exercise, after lab 05: three models, which tell right code from wrong code.
 *
 * The handout is labs/x2-model/README.md. Nothing is declared here: what is written is a file `model.c` with three models of
 * interleave.h. They call the functions of detail/run_queue.h and detail/idle.h, and the grader runs each on several designs of these.
 *
 * - `steal`: a thief takes tasks while the owner of the ring pushes and pops.
 * - `overflow`: the owner pushes to a full ring while a thief takes tasks from it.
 * - `sleep`: a worker finds nothing and falls asleep while another thread publishes work.
 *
 * A design is *right* if it keeps the clauses of lab 05, whatever it looks like inside. A model that asks more than the clauses
 * say fails on a right one. A design is *wrong* if it breaks one of them in some execution; as long as one thread runs at a time it
 * does what a right one does. To fail on it, a model must come to that execution, and look at what goes wrong there.
 *
 * @clause{x2.1,20,"`steal` passes on the reference's ring, and fails on one whose push publishes nothing."}
 * @clause{x2.2,14,"`steal` passes on right rings of other designs, and fails on others that lose or repeat a task, or hand over what is not written yet."}
 * @clause{x2.3,20,"`overflow` passes on the reference's ring, and fails on one that sheds tasks which a thief takes too."}
 * @clause{x2.4,13,"`overflow` passes on right rings of other designs, and fails on others in which an overflow and a thief lose or repeat a task."}
 * @clause{x2.5,20,"`sleep` passes on the reference's idle word, and fails on one whose wf_idle_to_wake() loads the word."}
 * @clause{x2.6,13,"`sleep` passes on right idle words of other designs, and fails on others that overlook work."}
 */
#ifndef WEFT_EXERCISES_MODEL_H
#define WEFT_EXERCISES_MODEL_H

#endif
