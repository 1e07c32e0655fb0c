//! Weft's benchmarks on Tokio. `bench NAME COUNT` prints one number: nanoseconds per operation, for `idle`
//! resident bytes per task. What each NAME does is said in docs/benchmarks.md; bench.c and main.go do the same.
//!
//! One thread, as `new_current_thread().enable_all()` makes it: what a program on Tokio has when it asks for one.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use tokio::sync::Notify;
use tokio::task::yield_now;

/// Tasks that yield in turn.
const RING: u64 = 1000;
/// Idle tasks that are spawned before they get a turn: so few that the run queue does not count.
const BATCH: u64 = 1000;

/// A task with 16 bytes of locals. Not an async fn: its arguments would be in the task twice.
fn child(a: u64, b: u64) -> impl Future<Output = u64> {
    async move { a + b }
}

fn check(what: &str, got: u64, expected: u64) {
    if got != expected {
        eprintln!("bench: {what} is {got}, not {expected}");
        std::process::exit(1);
    }
}

/// Nanoseconds per operation since `start`.
fn per_operation(start: Instant, count: u64) -> f64 {
    start.elapsed().as_nanos() as f64 / count as f64
}

async fn spawn_join(count: u64) -> f64 {
    let start = Instant::now();
    let mut handles = Vec::with_capacity(count as usize);
    for i in 0..count {
        handles.push(tokio::spawn(child(i, 1)));
    }
    let mut sum = 0;
    for handle in handles {
        sum += handle.await.unwrap();
    }
    let figure = per_operation(start, count);
    check("the sum", sum, count * (count + 1) / 2);
    figure
}

async fn spawn_await(count: u64) -> f64 {
    let start = Instant::now();
    let mut sum = 0;
    for i in 0..count {
        sum += tokio::spawn(child(i, 1)).await.unwrap();
    }
    let figure = per_operation(start, count);
    check("the sum", sum, count * (count + 1) / 2);
    figure
}

/// Yields `count` times, returns how often it was resumed.
async fn yielder(count: u64) -> u64 {
    let mut resumed = 0;
    for _ in 0..count {
        yield_now().await;
        resumed += 1;
    }
    resumed
}

async fn yield_ring(count: u64) -> f64 {
    let start = Instant::now();
    let mut handles = Vec::with_capacity(RING as usize);
    for _ in 0..RING {
        handles.push(tokio::spawn(yielder(count / RING)));
    }
    let mut resumed = 0;
    for handle in handles {
        resumed += handle.await.unwrap();
    }
    let figure = per_operation(start, count);
    check("the number of yields", resumed, count);
    figure
}

async fn yield_lone(count: u64) -> f64 {
    let start = Instant::now();
    let resumed = tokio::spawn(yielder(count)).await.unwrap();
    let figure = per_operation(start, count);
    check("the number of yields", resumed, count);
    figure
}

async fn wake_thread(count: u64) -> f64 {
    let asked = Arc::new(AtomicBool::new(false));
    let answer = Arc::new(Notify::new());
    let other = {
        let (asked, answer) = (asked.clone(), answer.clone());
        thread::spawn(move || {
            for _ in 0..count {
                while !asked.swap(false, Ordering::Acquire) {
                    thread::park();
                }
                answer.notify_one();
            }
        })
    };
    let thread = other.thread().clone();
    let task = async move {
        let mut rounds = 0;
        for _ in 0..count {
            asked.store(true, Ordering::Release);
            thread.unpark();
            answer.notified().await;
            rounds += 1;
        }
        rounds
    };
    let start = Instant::now();
    let rounds = tokio::spawn(task).await.unwrap();
    let figure = per_operation(start, count);
    check("the number of rounds", rounds, count);
    other.join().unwrap();
    figure
}

fn resident_bytes() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    (pages * 4096) as f64
}

/// What the idle tasks share.
#[derive(Default)]
struct Shared {
    notify: Notify,
    waiting: AtomicU64,
    woken: AtomicU64,
}

/// Spawns tasks that wait, and returns when all do.
async fn wait_idle(shared: &Arc<Shared>, count: u64) {
    for i in 1..=count {
        let shared_by_task = shared.clone();
        tokio::spawn(async move {
            shared_by_task.waiting.fetch_add(1, Ordering::Relaxed);
            shared_by_task.notify.notified().await;
            shared_by_task.woken.fetch_add(1, Ordering::Relaxed);
        });
        while i % BATCH == 0 && shared.waiting.load(Ordering::Relaxed) < i {
            yield_now().await;
        }
    }
    while shared.waiting.load(Ordering::Relaxed) < count {
        yield_now().await;
    }
}

async fn wake_idle(shared: &Arc<Shared>, count: u64) {
    shared.notify.notify_waiters();
    while shared.woken.load(Ordering::Relaxed) < count {
        yield_now().await;
    }
}

/// First one batch that is not measured, for the code's own pages.
async fn idle(count: u64) -> f64 {
    let (warm, measured) = (Arc::new(Shared::default()), Arc::new(Shared::default()));
    wait_idle(&warm, BATCH).await;
    let before = resident_bytes();
    wait_idle(&measured, count).await;
    let figure = (resident_bytes() - before) / count as f64;
    wake_idle(&warm, BATCH).await;
    wake_idle(&measured, count).await;
    figure
}

async fn run(name: String, count: u64) -> f64 {
    match name.as_str() {
        "spawn_join" => spawn_join(count).await,
        "spawn_await" => spawn_await(count).await,
        "yield_ring" => yield_ring(count).await,
        "yield_lone" => yield_lone(count).await,
        "wake_thread" => wake_thread(count).await,
        "idle" => idle(count).await,
        _ => {
            eprintln!("bench: no benchmark {name}");
            std::process::exit(2)
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let count = arguments.get(2).and_then(|word| word.parse().ok()).unwrap_or(0);
    if arguments.len() != 3 || count == 0 {
        eprintln!("usage: bench NAME COUNT");
        std::process::exit(2);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    // Spawned: awaiting from the root costs Tokio two system calls more a time.
    let figure = runtime.block_on(async { tokio::spawn(run(arguments[1].clone(), count)).await.unwrap() });
    println!("{figure:.1}");
}
