//! How long it takes from a wake on a thread outside until the task is polled, while workers sleep and while they are busy.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{mpsc, Arc};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::yield_now;

use crate::measure::{compute, Bench};

/// Between two wakes: long enough for a worker to fall asleep.
const PAUSE: Duration = Duration::from_micros(200);
/// Tasks that compute and yield.
const BUSY_PER_WORKER: usize = 8;
/// Some ten microseconds.
const BUSY_CHAIN: u64 = 6400;

fn measure(bench: &Bench, busy_tasks: usize) {
    let runtime = bench.runtime();
    let (notify, over) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let (sent, origin) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let (taken, answers) = mpsc::channel();
    {
        let (notify, sent, count) = (notify.clone(), sent.clone(), bench.count);
        runtime.spawn(async move {
            for _ in 0..count {
                notify.notified().await;
                taken.send(origin.elapsed().as_nanos() as u64 - sent.load(Ordering::Relaxed)).unwrap();
            }
        });
    }
    for _ in 0..busy_tasks {
        let over = over.clone();
        runtime.spawn(async move {
            let mut value = 0;
            while !over.load(Ordering::Relaxed) {
                value = compute(value, BUSY_CHAIN);
                yield_now().await;
            }
        });
    }
    let mut took = Vec::with_capacity(bench.count as usize);
    for _ in 0..bench.count {
        thread::sleep(PAUSE);
        sent.store(origin.elapsed().as_nanos() as u64, Ordering::Relaxed);
        notify.notify_one();
        took.push(answers.recv().unwrap() as f64);
    }
    over.store(true, Ordering::Relaxed);
    drop(runtime);
    bench.report_percentiles(took);
}

pub fn idle(bench: &Bench) {
    measure(bench, 0)
}

pub fn busy(bench: &Bench) {
    measure(bench, BUSY_PER_WORKER * bench.workers)
}
