# The one list of labs and of what is in them. Its order is lab order, layer order and reading order: a
# module may use the modules above it. Read by make and by the grader, which lists it to all scripts, so each line is `name := words`.
#
#   NN-name.part     the part of the course
#   NN-name.title    what the lab is called
#   NN-name.kind     modules, exercise or application; orders: an exercise in which only memory orders may change;
#                    models: one whose file is models, which are judged on right and on wrong code
#   NN-name.write    the files that a student writes
#   NN-name.given    the files that come ready-made with the lab, in runtime/given/NN-name
#   NN-name.headers  the public headers whose contract the lab is about
#   NN-name.designs  of models: the lab whose solution, alternates and mutants they are judged on
#   NN-name.starter  the points that the starter earns, if it is not 0

LABS := 01-futures 02-async 03-tasks 04-executor 05-work-stealing 06-blocking 07-time 08-reactor

01-futures.part := I
01-futures.title := Futures, wakers and block_on
01-futures.kind := modules
01-futures.write := ready.c map.c combine.c thread_parker.c block_on.c
01-futures.given :=
01-futures.headers := future.h combine.h park.h block_on.h

02-async.part := I
02-async.title := Async functions
02-async.kind := modules
02-async.write := by_hand.c async.c dyn_method.c closure.c
02-async.given :=
02-async.headers := async.h dyn.h closure.h

03-tasks.part := II
03-tasks.title := Tasks
03-tasks.kind := modules
03-tasks.write := state.c join_handle.c task_local.c
03-tasks.given := task.c
03-tasks.headers := scheduler.h detail/task_state.h task.h task_local.h

04-executor.part := II
04-executor.title := A current-thread executor
04-executor.kind := modules
04-executor.write := task_set.c coop.c current_thread.c local_set.c
04-executor.given :=
04-executor.headers := detail/task_queue.h task_set.h coop.h current_thread.h local_set.h

05-work-stealing.part := II
05-work-stealing.title := A work-stealing executor
05-work-stealing.kind := modules
05-work-stealing.write := run_queue.c idle.c worker.c
05-work-stealing.given := inject_queue.c owned_tasks.c lookout.c shared_park.c multi_thread.c root.c
05-work-stealing.headers := detail/inject_queue.h detail/run_queue.h detail/idle.h detail/worker.h detail/owned_tasks.h detail/shared_park.h multi_thread.h

06-blocking.part := II
06-blocking.title := Calls that block
06-blocking.kind := modules
06-blocking.write := blocking_pool.c
06-blocking.given := blocking.c in_place.c
06-blocking.headers := blocking.h detail/blocking_pool.h

07-time.part := III
07-time.title := Timers
07-time.kind := modules
07-time.write := timer_wheel.c timer.c sleep.c timeout.c interval.c
07-time.given := time_driver.c interval_tick.c delay_queue.c test_clock.c
07-time.headers := detail/timer_wheel.h detail/timer.h time.h interval.h detail/time_driver.h delay_queue.h test_clock.h

08-reactor.part := III
08-reactor.title := The reactor
08-reactor.kind := modules
08-reactor.write := readiness.c async_fd.c
08-reactor.given :=
08-reactor.headers := detail/readiness.h async_fd.h detail/reactor.h

# Beside the labs: graded like them, and no part of the runtime: neither OWN=all nor the library has them.
EXERCISES := x0-hello x1-orders x2-model

x0-hello.title := Hello: one line
x0-hello.kind := exercise
x0-hello.write := ticket.c
x0-hello.given :=
x0-hello.headers := exercises/ticket.h

x1-orders.title := Use the weakest order that works
x1-orders.kind := orders
x1-orders.write := orders.c
x1-orders.given :=
x1-orders.headers := exercises/orders.h
x1-orders.starter := 7

x2-model.title := Write a model
x2-model.kind := models
x2-model.write := model.c
x2-model.given :=
x2-model.headers := exercises/model.h
x2-model.designs := 05-work-stealing

# Not built yet. The number says where each will stand. What is given with such a lab may be there before it: then the runtime has it.
PLANNED := 09-net 10-io 11-sync 12-channels 13-cancellation 14-shutdown 15-streams 16-resilience 17-observability 18-capstone

09-net.given := net_address.c net_address_text.c socket.c tcp_listener.c tcp_connect.c tcp_stream.c tcp_split.c tcp_options.c resolve.c resolve_system.c happy_eyeballs.c connect_any.c udp.c udp_options.c unix_listener.c unix_stream.c unix_datagram.c unix_rights.c
09-net.headers := net_address.h socket.h tcp.h resolve.h happy_eyeballs.h connect.h udp.h unix_socket.h

10-io.given := io.c read_write.c buf_reader.c buf_writer.c copy.c fd_stream.c test_io.c frame.c duplex.c io_adapters.c send_file.c
10-io.headers := io.h buffered.h copy.h fd_stream.h test_io.h frame.h duplex.h io_adapters.h send_file.h

# The bottom layer, which no lab asks for.
GIVEN := alloc.c unsized.c error.c event.c context.c panic.c future.c await_tree.c thread.c long_poll.c test.c

# What the library and the benchmarks have beside it: their allocator (docs/alloc.md).
RELEASE := block_cache.c block_store.c

# The top layer, above all labs, and the libraries that it calls. No model explores what calls a library.
FACADE := event_base.c reactor.c runtime.c
FACADE_LIBRARIES := -levent_core -levent_pthreads
