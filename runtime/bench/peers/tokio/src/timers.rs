//! Timeouts that do not fire, many timers of one task, and how late a sleep is.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use tokio::time::{sleep_until, timeout, Instant, Sleep};

use crate::measure::{check, compute, Bench, Stopwatch};

/// Pending once, and woken at once. Not a yield: for that the drivers have a turn, whose system call costs more than the timeout.
struct WokenOnce(bool);

impl Future for WokenOnce {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

pub async fn timeout_unfired(bench: Arc<Bench>) {
    let start = Stopwatch::start();
    for _ in 0..bench.count {
        timeout(Duration::from_secs(30), WokenOnce(false)).await.unwrap();
    }
    bench.report_time(&start, bench.count);
}

/// Of the deadlines of timers that do not expire.
const SPREAD_MS: u64 = 60000;
/// Of those that do.
const SOON_MS: u64 = 20;

/// A deadline after `now`, another one for each timer and each `salt`.
fn deadline(now: Instant, i: u64, salt: u64, within_ms: u64) -> Instant {
    now + Duration::from_millis(1 + (compute(i + salt, 2) >> 33) % within_ms)
}

/// The storage of `sleeps` does not move while they are in it: it is filled once, to its capacity, and cleared.
fn pinned(sleep: &mut Sleep) -> Pin<&mut Sleep> {
    unsafe { Pin::new_unchecked(sleep) }
}

/// Polls each; none is over yet.
struct PollAll<'a>(&'a mut [Sleep]);

impl Future for PollAll<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut pending = 0;
        for sleep in self.0.iter_mut() {
            pending += pinned(sleep).poll(cx).is_pending() as u64;
        }
        check("the number of timers that wait", pending, self.0.len() as u64);
        Poll::Ready(())
    }
}

async fn insert_all(sleeps: &mut Vec<Sleep>, count: u64, after: Duration, within_ms: u64) -> Instant {
    let now = Instant::now() + after;
    for i in 0..count {
        sleeps.push(sleep_until(deadline(now, i, 0, within_ms)));
    }
    PollAll(sleeps).await;
    now
}

pub async fn timers(bench: Arc<Bench>) {
    let mut sleeps = Vec::with_capacity(bench.count as usize);
    for round in 0..2 {
        // the first time the memory is new
        let start = Stopwatch::start();
        let now = insert_all(&mut sleeps, bench.count, Duration::from_secs(10), SPREAD_MS).await;
        if round == 1 {
            bench.report_part_time("insert", &start, bench.count);
        }
        let start = Stopwatch::start();
        for (i, sleep) in sleeps.iter_mut().enumerate() {
            pinned(sleep).reset(deadline(now, i as u64, 1, SPREAD_MS));
        }
        if round == 1 {
            bench.report_part_time("reset", &start, bench.count);
        }
        let start = Stopwatch::start();
        sleeps.clear();
        if round == 1 {
            bench.report_part_time("cancel", &start, bench.count);
        }
    }
    // All are inserted before the first is due. Which thread fires them, while this one sleeps or later, depends on the workers: so
    // processor time is what is reported.
    let now = insert_all(&mut sleeps, bench.count, Duration::from_secs(1), SOON_MS).await;
    let start = Stopwatch::start();
    thread::sleep((now + Duration::from_millis(SOON_MS + 2)).duration_since(Instant::now()));
    for sleep in sleeps.iter_mut() {
        pinned(sleep).await;
    }
    bench.report_part_cpu("expire", &start, bench.count);
}

pub async fn lateness(bench: Arc<Bench>) {
    let mut late = Vec::with_capacity(bench.count as usize);
    for i in 0..bench.count {
        let due = Instant::now() + Duration::from_micros(500 + (compute(i, 2) >> 33) % 4000);
        sleep_until(due).await;
        late.push(Instant::now().duration_since(due).as_nanos() as f64);
    }
    bench.report_percentiles(late);
}
