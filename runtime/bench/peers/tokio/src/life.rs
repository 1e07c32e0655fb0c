//! Start a runtime, run a task on it, stop it.

use crate::measure::{check, Bench, Stopwatch};

pub fn start_stop(bench: &Bench) {
    let start = Stopwatch::start();
    for _ in 0..bench.count {
        let runtime = bench.runtime();
        let sum = runtime.block_on(async { tokio::spawn(async { 2 }).await.unwrap() });
        check("the sum", sum, 2);
        drop(runtime);
    }
    bench.report_time(&start, bench.count);
}
