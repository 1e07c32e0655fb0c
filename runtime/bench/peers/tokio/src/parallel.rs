//! Work that is spread over the workers: a fan-out of small tasks, and a tree whose leaves compute.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::thread;

use tokio::sync::Notify;

use crate::measure::{check, compute, Bench, Stopwatch};

const FAN: u64 = 1000;
const FAN_CHAIN: u64 = 640;

#[derive(Default)]
struct Fan {
    left: AtomicU64,
    sum: AtomicU64,
    end: Notify,
}

pub async fn fan_out(bench: Arc<Bench>) {
    let fan = Arc::new(Fan::default());
    let start = Stopwatch::start();
    for _ in 0..bench.count / FAN {
        fan.left.store(FAN, Ordering::Relaxed);
        for _ in 0..FAN {
            let fan = fan.clone();
            tokio::spawn(async move {
                fan.sum.fetch_add(compute(1, FAN_CHAIN), Ordering::Relaxed);
                if fan.left.fetch_sub(1, Ordering::AcqRel) == 1 {
                    fan.end.notify_one();
                }
            });
        }
        fan.end.notified().await;
    }
    bench.report_time(&start, bench.count);
    check("the sum", fan.sum.load(Ordering::Relaxed), compute(1, FAN_CHAIN).wrapping_mul(bench.count));
}

/// A future that calls itself has to be boxed.
fn node(leaves: u64, chain: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(async move {
        if leaves == 1 {
            return compute(1, chain);
        }
        let left = tokio::spawn(node(leaves / 2, chain));
        let right = tokio::spawn(node(leaves - leaves / 2, chain));
        left.await.unwrap().wrapping_add(right.await.unwrap())
    })
}

/// The same leaves on as many threads as there are workers, without a runtime. Returns how long that took.
fn on_threads(bench: &Bench, chain: u64) -> f64 {
    let (workers, count) = (bench.workers as u64, bench.count);
    let start = Stopwatch::start();
    let threads: Vec<_> = (0..workers)
        .map(|i| {
            let leaves = count / workers + (i < count % workers) as u64;
            thread::spawn(move || (0..leaves).fold(0u64, |sum, _| sum.wrapping_add(compute(1, chain))))
        })
        .collect();
    let sum = threads.into_iter().fold(0u64, |sum, thread| sum.wrapping_add(thread.join().unwrap()));
    let took = start.wall_ns();
    check("the sum of the threads", sum, compute(1, chain).wrapping_mul(count));
    took
}

/// Threads before and after, so that what slows the machine for a while slows both.
pub fn tree(bench: &Bench) {
    let chain: u64 = bench.name.split('_').nth(1).unwrap().parse().unwrap();
    let runtime = bench.runtime();
    let mut threads = on_threads(bench, chain);
    let count = bench.count;
    let start = Stopwatch::start();
    let sum = runtime.block_on(async move { tokio::spawn(node(count, chain)).await.unwrap() });
    let tree = start.wall_ns();
    bench.report_time(&start, count);
    threads += on_threads(bench, chain);
    bench.report_value("over", 2.0 * tree / threads);
    check("the sum", sum, compute(1, chain).wrapping_mul(count));
}
