/**
 * @file suites.c
 * @brief The list of the labs' suites.
 */
#include <stddef.h>

#include "judge.h"

extern const struct judge_suite suite_01_futures;
extern const struct judge_suite suite_02_async;
extern const struct judge_suite suite_03_tasks;
extern const struct judge_suite suite_04_executor;
extern const struct judge_suite suite_05_work_stealing;
extern const struct judge_suite suite_06_blocking;
extern const struct judge_suite suite_07_time;
extern const struct judge_suite suite_08_reactor;
extern const struct judge_suite suite_x0_hello;
extern const struct judge_suite suite_x1_orders;
extern const struct judge_suite suite_x2_model;

const struct judge_suite *const judge_suites[] = {
    &suite_01_futures,       &suite_02_async,    &suite_03_tasks, &suite_04_executor,
    &suite_05_work_stealing, &suite_06_blocking, &suite_07_time,  &suite_08_reactor,
    &suite_x0_hello,         &suite_x1_orders,   &suite_x2_model, NULL,
};
