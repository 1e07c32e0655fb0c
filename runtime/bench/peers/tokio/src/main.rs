//! Weft's benchmarks on Tokio. `bench NAME COUNT [WORKERS]` prints figures: name, figure, processor time. What each NAME does is said
//! in docs/benchmarks.md; the files of the same name in C and Go do the same.
//!
//! WORKERS 0, or none: one thread, as `new_current_thread().enable_all()` makes it. Else `new_multi_thread()`, without drivers. What needs
//! timers or descriptors, and what is called "driven", has `enable_all()` there too.

mod blocking;
mod fairness;
mod io;
mod latency;
mod life;
mod measure;
mod memory;
mod parallel;
mod spawn;
mod timers;
mod wakes;
mod yields;

use std::future::Future;
use std::sync::Arc;

use tokio::runtime::Runtime;

use measure::Bench;

/// Spawned: awaiting from the root costs Tokio two system calls more a time.
fn spawned<F>(runtime: Runtime, bench: Bench, task: impl Fn(Arc<Bench>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let task = task(Arc::new(bench));
    runtime.block_on(async { tokio::spawn(task).await.unwrap() });
}

fn as_task<F>(bench: Bench, task: impl Fn(Arc<Bench>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let runtime = if bench.workers == 0 { bench.driven_runtime() } else { bench.runtime() };
    spawned(runtime, bench, task);
}

/// The same, with both drivers.
fn as_driven_task<F>(bench: Bench, task: impl Fn(Arc<Bench>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    spawned(bench.driven_runtime(), bench, task);
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |i: usize| arguments.get(i).and_then(|word| word.parse().ok()).unwrap_or(0);
    let (count, workers) = (number(2), number(3) as usize);
    if arguments.len() < 3 || arguments.len() > 4 || count == 0 {
        eprintln!("usage: bench NAME COUNT [WORKERS]");
        std::process::exit(2);
    }
    let bench = Bench { name: arguments[1].clone(), count, workers };
    match bench.name.clone().as_str() {
        "spawn_join" => as_task(bench, spawn::spawn_join),
        "spawn_await" => as_task(bench, spawn::spawn_await),
        "spawn_chain" => as_task(bench, spawn::spawn_chain),
        "yield_ring" => as_task(bench, yields::yield_ring),
        "yield_lone" => as_task(bench, yields::yield_lone),
        "wake_thread" => as_task(bench, wakes::wake_thread),
        "ping_pong" => as_task(bench, wakes::ping_pong),
        "ping_pongs" => as_task(bench, wakes::ping_pongs),
        "wake_storm" => as_task(bench, wakes::wake_storm),
        "blocking_batch" => as_task(bench, blocking::blocking_batch),
        "fan_out" => as_task(bench, parallel::fan_out),
        "idle" => as_task(bench, memory::idle),
        "timeout_unfired" => as_driven_task(bench, timers::timeout_unfired),
        "timers" | "timers_many" => as_driven_task(bench, timers::timers),
        "lateness" => as_driven_task(bench, timers::lateness),
        "driven_ring" => as_driven_task(bench, yields::yield_ring),
        "driven_lone" => as_driven_task(bench, yields::yield_lone),
        "driven_wake" => as_driven_task(bench, wakes::wake_thread),
        "driven_pair" => as_driven_task(bench, wakes::ping_pong),
        "pipe" => as_driven_task(bench, io::pipe),
        "pipes" => as_driven_task(bench, io::pipes),
        "many_fds" => as_driven_task(bench, io::many_fds),
        "open_fd" => as_driven_task(bench, io::open_fd),
        "spawn_outside" if workers > 0 => spawn::spawn_outside(&bench),
        "latency_idle" if workers > 0 => latency::idle(&bench),
        "latency_busy" if workers > 0 => latency::busy(&bench),
        "fairness" if workers > 0 => fairness::fairness(&bench),
        "start_stop" if workers > 0 => life::start_stop(&bench),
        "driven_start_stop" if workers > 0 => life::driven_start_stop(&bench),
        name if name.starts_with("tree_") && workers > 0 => parallel::tree(&bench),
        name => {
            eprintln!("bench: no benchmark {name}");
            std::process::exit(2)
        }
    }
}
