//! Start a runtime, run a task on it, stop it: without drivers, and a whole one.

use tokio::runtime::Runtime;

use crate::measure::{check, Bench, Stopwatch};

fn lives(bench: &Bench, new: impl Fn() -> Runtime) {
    let start = Stopwatch::start();
    for _ in 0..bench.count {
        let runtime = new();
        let sum = runtime.block_on(async { tokio::spawn(async { 2 }).await.unwrap() });
        check("the sum", sum, 2);
        drop(runtime);
    }
    bench.report_time(&start, bench.count);
}

pub fn start_stop(bench: &Bench) {
    lives(bench, || bench.runtime())
}

pub fn driven_start_stop(bench: &Bench) {
    lives(bench, || bench.driven_runtime())
}
