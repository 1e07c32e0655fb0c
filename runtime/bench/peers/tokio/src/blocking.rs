//! Blocking calls, in batches: a task spawns a hundred, and awaits them.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::measure::{check, Bench, Stopwatch};

const CALLS: u64 = 100;

pub async fn blocking_batch(bench: Arc<Bench>) {
    let start = Stopwatch::start();
    let mut done = 0;
    while done < bench.count {
        let handles: Vec<_> = (0..CALLS).map(|_| spawn_blocking(|| 1)).collect();
        for handle in handles {
            done += handle.await.unwrap();
        }
    }
    bench.report_time(&start, bench.count);
    check("the number of calls", done, bench.count);
}
