SCENARIOS := scenarios.c scenario_futures.c scenario_parking.c
