//! Spawn and join: from a task, from outside, one at a time, and as a chain.

use std::future::Future;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::measure::{check, Bench, Stopwatch};

/// A task with 16 bytes of locals. Not an async fn: its arguments would be in the task twice.
fn child(a: u64, b: u64) -> impl Future<Output = u64> {
    async move { a + b }
}

async fn join_all(handles: Vec<JoinHandle<u64>>) -> u64 {
    let mut sum = 0u64;
    for handle in handles {
        sum += handle.await.unwrap();
    }
    sum
}

fn spawn_children(runtime: &Handle, count: u64) -> Vec<JoinHandle<u64>> {
    let mut handles = Vec::with_capacity(count as usize);
    for i in 0..count {
        handles.push(runtime.spawn(child(i, 1)));
    }
    handles
}

pub async fn spawn_join(bench: Arc<Bench>) {
    let start = Stopwatch::start();
    let sum = join_all(spawn_children(&Handle::current(), bench.count)).await;
    bench.report_time(&start, bench.count);
    check("the sum", sum, bench.count * (bench.count + 1) / 2);
}

pub fn spawn_outside(bench: &Bench) {
    let runtime = bench.runtime();
    let start = Stopwatch::start();
    let sum = runtime.block_on(join_all(spawn_children(runtime.handle(), bench.count)));
    bench.report_time(&start, bench.count);
    check("the sum", sum, bench.count * (bench.count + 1) / 2);
}

pub async fn spawn_await(bench: Arc<Bench>) {
    let start = Stopwatch::start();
    let mut sum = 0;
    for i in 0..bench.count {
        sum += tokio::spawn(child(i, 1)).await.unwrap();
    }
    bench.report_time(&start, bench.count);
    check("the sum", sum, bench.count * (bench.count + 1) / 2);
}

fn link(left: u64, end: Arc<Notify>) {
    tokio::spawn(async move {
        if left == 0 {
            end.notify_one();
        } else {
            link(left - 1, end);
        }
    });
}

pub async fn spawn_chain(bench: Arc<Bench>) {
    let end = Arc::new(Notify::new());
    let start = Stopwatch::start();
    link(bench.count - 1, end.clone());
    end.notified().await;
    bench.report_time(&start, bench.count);
}
