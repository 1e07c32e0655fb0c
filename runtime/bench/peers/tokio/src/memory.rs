//! Memory per task: resident bytes of one that waits. With one worker at most: a task that has counted itself waits, once another runs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::yield_now;

use crate::measure::Bench;

/// Idle tasks that are spawned before they get a turn: so few that the run queue does not count.
const BATCH: u64 = 1000;

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
pub async fn idle(bench: Arc<Bench>) {
    let (warm, measured) = (Arc::new(Shared::default()), Arc::new(Shared::default()));
    wait_idle(&warm, BATCH).await;
    let before = resident_bytes();
    wait_idle(&measured, bench.count).await;
    bench.report_value("", (resident_bytes() - before) / bench.count as f64);
    wake_idle(&warm, BATCH).await;
    wake_idle(&measured, bench.count).await;
}
