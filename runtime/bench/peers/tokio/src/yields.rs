//! Tasks that give way: one alone, and a thousand in turn.

use std::sync::Arc;

use tokio::task::yield_now;

use crate::measure::{check, Bench, Stopwatch};

/// Tasks that yield in turn.
const RING: u64 = 1000;

/// Yields `count` times, returns how often it was resumed.
async fn yielder(count: u64) -> u64 {
    let mut resumed = 0;
    for _ in 0..count {
        yield_now().await;
        resumed += 1;
    }
    resumed
}

async fn yields(bench: Arc<Bench>, tasks: u64) {
    let start = Stopwatch::start();
    let mut handles = Vec::with_capacity(tasks as usize);
    for _ in 0..tasks {
        handles.push(tokio::spawn(yielder(bench.count / tasks)));
    }
    let mut resumed = 0;
    for handle in handles {
        resumed += handle.await.unwrap();
    }
    bench.report_time(&start, bench.count);
    check("the number of yields", resumed, bench.count);
}

pub async fn yield_ring(bench: Arc<Bench>) {
    yields(bench, RING).await
}

pub async fn yield_lone(bench: Arc<Bench>) {
    yields(bench, 1).await
}
