//! How much less often than the others the worst-served of many tasks is polled, all of which could always run.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::task::yield_now;

use crate::measure::{check, compute, Bench};

const TASKS: usize = 100;
const CHAIN: u64 = 64;

/// For `count` milliseconds.
pub fn fairness(bench: &Bench) {
    let runtime = bench.runtime();
    let over = Arc::new(AtomicBool::new(false));
    let polls: Arc<Vec<AtomicU64>> = Arc::new((0..TASKS).map(|_| AtomicU64::new(0)).collect());
    for i in 0..TASKS {
        let (over, polls) = (over.clone(), polls.clone());
        runtime.spawn(async move {
            let mut value = 0;
            while !over.load(Ordering::Relaxed) {
                value = compute(value, CHAIN);
                polls[i].fetch_add(1, Ordering::Relaxed);
                yield_now().await;
            }
        });
    }
    thread::sleep(Duration::from_millis(bench.count));
    over.store(true, Ordering::Relaxed);
    drop(runtime);
    let polls: Vec<u64> = polls.iter().map(|one| one.load(Ordering::Relaxed)).collect();
    let (sum, least) = (polls.iter().sum::<u64>(), *polls.iter().min().unwrap());
    check("whether each task was polled", (least > 0) as u64, 1);
    bench.report_value("", sum as f64 / TASKS as f64 / least as f64);
}
