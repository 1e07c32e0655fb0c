/**
 * @file search.c
 * @brief The tree of decisions: walked depth-first, at random, or along a given path.
 *
 * The path of decisions is kept from one execution to the next. A decision with something left to try is changed, what
 * is below it is forgotten, and the next execution follows the path to there.
 */
#include "engine.h"

uint64_t random_number(void)
{
    il->random ^= il->random << 13;
    il->random ^= il->random >> 7;
    il->random ^= il->random << 17;
    return il->random * UINT64_C(0x2545F4914F6CDD1D);
}

static int random_below(int limit)
{
    return (int)((random_number() >> 33) % (unsigned)limit);
}

static void taken(int decision)
{
    if (il->taken_count < 2 * DECISIONS_MAX)
        il->taken[il->taken_count++] = (uint8_t)decision;
}

/* The decision to be made is one of a replay. */
static bool is_replayed(void)
{
    bool goes_on = il->replaying && il->goes_on && il->replay_position >= il->replay_count;
    if (goes_on)
        il->options = *il->goes_on;
    return il->replaying && !goes_on;
}

static int replayed(void)
{
    return il->replay_position < il->replay_count ? il->replay[il->replay_position++] : NOBODY;
}

static struct decision *new_decision(void)
{
    if (il->decision_count == DECISIONS_MAX)
        fail(IL_STEPS, NULL, "more than %d decisions in one execution: make the model smaller", DECISIONS_MAX);
    struct decision *decision = &il->decisions[il->decision_count++];
    *decision = (struct decision){0};
    return decision;
}

static _Noreturn void not_deterministic(void)
{
    fail(IL_NOT_DETERMINISTIC, il_this()->next.site,
         "the model is not deterministic: after the same decisions it came to another operation, at %s. It must not depend "
         "on time, random numbers, addresses of other programs' memory, or anything outside of it",
         where(il_this()->next.site));
}

/* --- values --- */

int choose_value(int count)
{
    enum { VALUES_MAX = 26 }; /* letters of a token */
    int value = 0;
    if (count <= 1)
        return 0;
    if (count > VALUES_MAX)
        fail(IL_STEPS, NULL, "a load could read one of %d stores: make the model smaller", count);
    if (is_replayed()) {
        int decision = replayed();
        value = decision == NOBODY || (decision & ~VALUE) >= count ? 0 : decision & ~VALUE;
    } else if (il->options.strategy == IL_RANDOM || il->options.strategy == IL_PRIORITIES) {
        enum { ODD_IN = 5 };
        value = random_below(ODD_IN) == 0 ? random_below(count) : 0;
    } else {
        if (il->position == il->decision_count) {
            struct decision *decision = new_decision();
            decision->is_value = true;
            decision->count = (uint8_t)count;
        }
        const struct decision *decision = &il->decisions[il->position++];
        if (!decision->is_value || decision->count != count)
            not_deterministic();
        value = decision->chosen;
    }
    taken(VALUE | value);
    state_add_value(value);
    return value;
}

/* --- threads --- */

/* What every thread will do next, in one number. */
static uint64_t pending_signature(void)
{
    uint64_t signature = (uint64_t)il->block_count;
    for (int i = 0; i < il->thread_count; i++) {
        const struct pending *next = &il->threads[i].next;
        if (il->threads[i].state == ALIVE)
            signature = (signature * 31 + (uintptr_t)next->site) * 31 + next->op * UINT64_C(64) +
                        (uint64_t)next->touches.object;
    }
    return signature;
}

static int lowest(unsigned threads)
{
    return __builtin_ctz(threads);
}

static int replayed_choice(unsigned enabled, bool may_stay)
{
    int chosen = replayed();
    if (chosen == NOBODY || chosen >= THREADS_MAX || !(enabled >> chosen & 1))
        chosen = may_stay ? il->current : lowest(enabled);
    return chosen;
}

static int random_choice(unsigned enabled)
{
    for (int skip = random_below(__builtin_popcount(enabled)); skip > 0; skip--)
        enabled &= enabled - 1;
    return lowest(enabled);
}

/* The highest priority runs, until a point at which it is made the lowest; spinning gives way too. */
static int priority_choice(unsigned enabled)
{
    struct thread *current = il_this();
    for (int i = 0; i < il->change_count; i++)
        if (il->changes[i] == il->step_count && current->state == ALIVE)
            current->priority = il->lowest_priority--;
    if (current->next.op == OP_SPIN || current->gives_way)
        current->priority = il->lowest_priority--;
    int chosen = lowest(enabled);
    for (int i = chosen + 1; i < il->thread_count; i++)
        if ((enabled >> i & 1) && il->threads[i].priority > il->threads[chosen].priority)
            chosen = i;
    return chosen;
}

static bool uses_sleep_sets(void)
{
    return il->options.strategy == IL_SLEEP || il->options.strategy == IL_DPOR ||
           il->options.strategy == IL_STATES;
}

static bool reduces(void)
{
    return il->options.strategy == IL_DPOR || il->options.strategy == IL_DPOR_BARE;
}

/* A return for no reason was possible before; after this step it would be for a reason. */
static bool is_another_step(const struct thread *thread, int step)
{
    return thread->woken_at == step || is_in_time_since(thread, step + 1) ||
           (thread->next.op == OP_SPIN && spin_is_answered(thread));
}

/* Threads whose next step was explored from this decision before. Where states are told apart, and perhaps preemptions counted: those that
 * were stopped here. Without anything between that depends on its next step the thread could have made it before it was
 * stopped, with no more preemptions. */
static unsigned first_sleep(const struct decision *decision)
{
    if (il->options.strategy != IL_STATES)
        return decision->done;
    return decision->preempting >> decision->chosen & 1 ? 1u << decision->current : 0;
}

/* The next step of this thread could let one go on that waits, among those that cannot. So it is no preemption to leave that one, and
 * it may be one afterwards. */
static bool ends_a_wait(const struct thread *thread, unsigned able)
{
    for (int i = 0; i < il->thread_count; i++)
        if (i != thread->id && il->threads[i].state == ALIVE && !(able >> i & 1) &&
            depends(&il->threads[i].next.touches, &thread->next.touches))
            return true;
    return false;
}

/* Of these, those whose next step is independent of all that happened since. `able`: those that can run, for a reason. */
static unsigned inherited_sleep(unsigned able)
{
    int last = il->decision_count - 1;
    while (last >= 0 && il->decisions[last].is_value)
        last--;
    if (last < 0)
        return 0;
    const struct decision *parent = &il->decisions[last];
    const struct step *step = &il->steps[parent->step];
    unsigned sleeping = 0, candidates = (parent->sleeping | first_sleep(parent)) & ~(1u << parent->chosen);
    for (int i = 0; i < il->thread_count; i++)
        if ((candidates >> i & 1) && !is_another_step(&il->threads[i], parent->step) &&
            !depends(&step->touches, &il->threads[i].next.touches) &&
            !(il->options.strategy == IL_STATES && ends_a_wait(&il->threads[i], able)))
            sleeping |= 1u << i;
    return sleeping;
}

/* Waits that could end by their deadline here, and for another reason later: in that case no dependent step would tell that
 * they could have ended here. So they are tried, as returns for no reason are. */
static unsigned could_time_out(unsigned enabled)
{
    unsigned threads = 0;
    for (int i = 0; i < il->thread_count; i++) {
        const struct thread *thread = &il->threads[i];
        threads |= (thread->deadline != NO_DEADLINE && thread->next.op != OP_SLEEP ? 1u : 0) << i;
    }
    return threads & enabled;
}

/* A decision that no path has come to before. */
static int first_choice(unsigned enabled, unsigned spurious, unsigned preempting)
{
    unsigned sleeping = uses_sleep_sets() ? inherited_sleep(enabled & ~spurious) : 0, allowed = enabled;
    if (il->options.preemptions != IL_UNBOUNDED && il->preemptions >= il->options.preemptions)
        allowed &= ~preempting;
    unsigned candidates = allowed & ~sleeping;
    for (int i = 0; reduces() && !candidates && i < il->thread_count; i++)
        if (il->threads[i].state == ALIVE && !(enabled >> i & 1))
            step_never_made(
                &il->threads[i]); /* nor will it be here; what follows was seen only as far as others go on */
    if (!candidates || (il->options.strategy == IL_STATES && state_is_seen(sleeping))) {
        il->pruned = true;
        il_leave();
    }
    unsigned ordinary = candidates & ~spurious ? candidates & ~spurious : candidates;
    int chosen = il->current;
    if (!(ordinary >> chosen & 1) || il_this()->next.op == OP_SPIN || il_this()->gives_way)
        do
            chosen = (chosen + 1) % il->thread_count;
        while (!(ordinary >> chosen & 1));
    struct decision *decision = new_decision();
    decision->chosen = (uint8_t)chosen;
    decision->current = (int8_t)il->current;
    decision->enabled = (uint8_t)enabled;
    decision->preempting = (uint8_t)preempting;
    decision->sleeping = (uint8_t)sleeping;
    decision->preemptions = il->preemptions;
    decision->backtrack =
        (uint8_t)(reduces() ? (1u << chosen) | ((spurious | could_time_out(enabled)) & allowed) : allowed);
    decision->step = il->step_count;
    decision->signature = pending_signature();
    il->position++;
    return chosen;
}

/* A decision that this path repeats; the last of it is a new one. */
static int known_choice(unsigned enabled)
{
    const struct decision *decision = &il->decisions[il->position];
    if (decision->is_value || decision->enabled != enabled || decision->current != il->current ||
        decision->signature != pending_signature())
        not_deterministic();
    il->position++;
    return decision->chosen;
}

int choose_thread(unsigned enabled, unsigned spurious, bool may_stay)
{
    unsigned preempting = may_stay ? enabled & ~(1u << il->current) : 0;
    int chosen;
    if (is_replayed())
        chosen = replayed_choice(enabled, may_stay);
    else if (il->options.strategy == IL_RANDOM)
        chosen = random_choice(enabled);
    else if (il->options.strategy == IL_PRIORITIES)
        chosen = priority_choice(enabled);
    else if (il->position < il->decision_count)
        chosen = known_choice(enabled);
    else
        chosen = first_choice(enabled, spurious, preempting);
    il->preemptions += (int)(preempting >> chosen & 1);
    il->able = (uint8_t)(enabled & ~spurious);
    taken(chosen);
    return chosen;
}

/* --- the next path --- */

static bool try_another(struct decision *decision)
{
    if (decision->is_value)
        return ++decision->chosen < decision->count;
    decision->done |= (uint8_t)(1u << decision->chosen);
    unsigned left = decision->backtrack & ~(unsigned)decision->done;
    if (uses_sleep_sets())
        left &= ~(unsigned)decision->sleeping;
    if (il->options.preemptions != IL_UNBOUNDED && decision->preemptions >= il->options.preemptions)
        left &= ~(unsigned)decision->preempting;
    if (!left)
        return false;
    decision->chosen = (uint8_t)((left >> decision->current & 1) ? decision->current : lowest(left));
    return true;
}

/* False: the space is exhausted. */
bool next_path(void)
{
    for (; il->decision_count > 0; il->decision_count--)
        if (try_another(&il->decisions[il->decision_count - 1])) {
            il->prefix = il->decision_count - 1;
            return true;
        }
    return false;
}
