/* SPDX-License-Identifier: MIT */
/* kasactl energy and its subcommands. One thread. */
#ifndef CLI_ENERGY_ENERGY_H
#define CLI_ENERGY_ENERGY_H

#include "cli/common/cli.h"

/* The row of kasactl's table of commands. */
extern const struct command energy_command;
int energy_count_main(int argc, char **argv);
int energy_price_main(int argc, char **argv);
int energy_show_main(int argc, char **argv);
int energy_rename_main(int argc, char **argv);
int energy_reprice_main(int argc, char **argv);
int energy_export_main(int argc, char **argv);
int energy_prices_main(int argc, char **argv);
int energy_cycles_main(int argc, char **argv);
int energy_learned_main(int argc, char **argv);
int energy_currency_main(int argc, char **argv);

#endif
