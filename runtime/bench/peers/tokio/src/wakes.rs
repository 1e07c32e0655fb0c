//! Wakes: between a task and a thread, between two tasks, between a hundred pairs, and of a thousand tasks at once.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;
use std::thread;

use tokio::sync::Notify;

use crate::measure::{check, Bench, Stopwatch};

pub async fn wake_thread(bench: Arc<Bench>) {
    let count = bench.count;
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
    let start = Stopwatch::start();
    for _ in 0..count {
        asked.store(true, Ordering::Release);
        thread.unpark();
        answer.notified().await;
    }
    bench.report_time(&start, count);
    other.join().unwrap();
}

/// How often threads of this process slept.
fn sleeps_so_far() -> i64 {
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    usage.ru_nvcsw
}

async fn matches(bench: Arc<Bench>, pairs: u64) {
    let notifies: Vec<Arc<Notify>> = (0..2 * pairs).map(|_| Arc::new(Notify::new())).collect();
    let sleeps = sleeps_so_far();
    let start = Stopwatch::start();
    let mut handles = Vec::with_capacity(2 * pairs as usize);
    for i in 0..2 * pairs as usize {
        let (own, other) = (notifies[i].clone(), notifies[i ^ 1].clone());
        let left = bench.count / pairs / 2;
        handles.push(tokio::spawn(async move {
            for _ in 0..left {
                own.notified().await;
                other.notify_one();
            }
        }));
    }
    for i in 0..pairs as usize {
        notifies[2 * i].notify_one();
    }
    for handle in handles {
        handle.await.unwrap();
    }
    bench.report_time(&start, bench.count);
    bench.report_value("sleeps", (sleeps_so_far() - sleeps) as f64 / bench.count as f64);
}

pub async fn ping_pong(bench: Arc<Bench>) {
    matches(bench, 1).await
}

pub async fn ping_pongs(bench: Arc<Bench>) {
    matches(bench, 100).await
}

const STORM: u64 = 1000;

pub async fn wake_storm(bench: Arc<Bench>) {
    let rounds = bench.count / STORM;
    let notifies: Arc<Vec<Notify>> = Arc::new((0..STORM).map(|_| Notify::new()).collect());
    let all_ran = Arc::new(Notify::new());
    let ran = Arc::new(AtomicU64::new(0));
    for i in 0..STORM as usize {
        let (notifies, all_ran, ran) = (notifies.clone(), all_ran.clone(), ran.clone());
        tokio::spawn(async move {
            for _ in 0..rounds {
                notifies[i].notified().await;
                if (ran.fetch_add(1, Ordering::Relaxed) + 1) % STORM == 0 {
                    all_ran.notify_one();
                }
            }
        });
    }
    let start = Stopwatch::start();
    for _ in 0..rounds {
        for notify in notifies.iter() {
            notify.notify_one();
        }
        all_ran.notified().await;
    }
    bench.report_time(&start, bench.count);
    check("the number of wakes", ran.load(Ordering::Relaxed), bench.count);
}
