/* SPDX-License-Identifier: MIT */
/* Models of the SMART dialect, as their dumps show them. */
#include "smart.h"

#include <stdio.h>
#include <string.h>

#define V1 (ENERGY_USAGE | ENERGY_USAGE_POWER | ENERGY_USAGE_PAST)
#define NO_EMETER (ENERGY_USAGE | ENERGY_USAGE_POWER | ENERGY_POWER)
#define FULL (NO_EMETER | ENERGY_EMETER)
#define NO_POWER (ENERGY_USAGE | ENERGY_USAGE_POWER | ENERGY_EMETER)
#define WATTS_ONLY (ENERGY_USAGE | ENERGY_POWER)
#define NO_USAGE_POWER (ENERGY_USAGE | ENERGY_POWER | ENERGY_EMETER)

static const struct {
  const char *name;
  unsigned energy;
} energies[] = {
    {"none", 0},
    {"v1", V1},
    {"no_emeter", NO_EMETER},
    {"full", FULL},
    {"no_current_power", NO_POWER},
    {"watts_only", WATTS_ONLY},
    {"no_usage_power", NO_USAGE_POWER},
};

static const char kasa_plug[] = "SMART.KASAPLUG";

/* The first of a kind is its usual representative. */
static const struct smart_model models[] = {
    {"P110M(EU)", KIND_PLUG, FULL, 1, "1.0", "1.2.3 Build 240617 Rel.153525",
     NULL, 0, false},
    {"P125M(US)", KIND_PLUG, 0, 1, "1.0", "1.1.0 Build 231012 Rel.085443", NULL,
     0, false},
    {"KP125M(US)", KIND_PLUG, FULL, 1, "1.0", "1.2.3 Build 240624 Rel.154806",
     kasa_plug, 0, false},
    {"EP25(US)", KIND_PLUG, NO_EMETER, 1, "2.6",
     "1.0.1 Build 230614 Rel.150219", kasa_plug, 0, false},
    {"P110(UK)", KIND_PLUG, NO_EMETER, 1, "1.0",
     "1.3.0 Build 230905 Rel.152200", NULL, 0, false},
    {"P110(EU)", KIND_PLUG, V1, 1, "1.0", "1.0.7 Build 210629 Rel.174901", NULL,
     0, false},
    {"P115(EU)", KIND_PLUG, NO_EMETER, 1, "1.0",
     "1.2.3 Build 230425 Rel.142542", NULL, 0, false},
    {"P100(US)", KIND_PLUG, 0, 1, "1.0.0", "1.1.3 Build 20191213 Rel.57938",
     NULL, 0, false},
    {"P316M(US)", KIND_STRIP, NO_USAGE_POWER, 6, "1.6",
     "1.0.5 Build 240603 Rel.183014", NULL, PARENT_ECHO, false},
    {"P300(EU)", KIND_STRIP, 0, 3, "1.0", "1.0.13 Build 230925 Rel.150200",
     NULL, PARENT_ERROR, true},
    {"P304M(UK)", KIND_STRIP, WATTS_ONLY, 4, "1.0",
     "1.0.3 Build 240605 Rel.091502", NULL, PARENT_ZERO, false},
    {"P210M(US)", KIND_STRIP, NO_USAGE_POWER, 2, "1.0",
     "1.0.3 Build 240820 Rel.091502", NULL, PARENT_ERROR, false},
    {"TP25(US)", KIND_STRIP, 0, 2, "1.0", "1.0.2 Build 230206 Rel.095245", NULL,
     PARENT_ERROR, false},
    {"EP40M(US)", KIND_STRIP, 0, 2, "1.0", "1.1.0 Build 240415 Rel.171219",
     kasa_plug, PARENT_ERROR, true},
    {"L530E(EU)", KIND_BULB, 0, 1, "3.0", "1.0.6 Build 230509 Rel.195312", NULL,
     0, false},
    {"L900-10(EU)", KIND_LIGHTSTRIP, 0, 1, "1.0",
     "1.0.11 Build 220119 Rel.221258", NULL, 0, false},
    {"S505(US)", KIND_SWITCH, 0, 1, "1.0", "1.0.2 Build 230313 Rel.145126",
     NULL, 0, false},
    {"S505D(US)", KIND_DIMMER, 0, 1, "1.0", "1.1.0 Build 231024 Rel.201030",
     NULL, 0, false},
    {"S515D(US)", KIND_DIMMER, NO_POWER, 1, "1.6",
     "1.0.4 Build 240807 Rel.112116", NULL, 0, false},
    {"H100(EU)", KIND_HUB, 0, 1, "1.0", "1.5.10 Build 240207 Rel.175759", NULL,
     0, false},
    {"C210(EU)", KIND_CAMERA, 0, 1, "2.0", "1.4.3 Build 241010 Rel.33858n",
     NULL, 0, false},
    {"D100C(US)", KIND_CHIME, 0, 1, "1.0", "1.1.3 Build 231221 Rel.154700",
     NULL, 0, false},
    {"RV20 Max Plus(EU)", KIND_VACUUM, 0, 1, "1.0",
     "1.0.7 Build 240828 Rel.205951", NULL, 0, false},
};

const struct smart_model *smart_model_named(const char *name) {
  for (size_t i = 0; i < COUNT(models); i++) {
    size_t bare = strcspn(models[i].model, "(");
    if (strcmp(models[i].model, name) == 0 ||
        (strlen(name) == bare && strncmp(models[i].model, name, bare) == 0))
      return &models[i];
  }
  return NULL;
}

const struct smart_model *smart_model_of(enum kind kind, bool metered) {
  const struct smart_model *other = &models[0];
  for (size_t i = 0; i < COUNT(models); i++) {
    if (models[i].kind != kind)
      continue;
    if ((models[i].energy != 0) == metered)
      return &models[i];
    other = &models[i];
  }
  return other;
}

void smart_model_apply(struct device *d, const struct smart_model *model) {
  d->energy = model->energy;
  d->meter = model->energy != 0 ? METER_INT : METER_NONE;
  d->quirks.parent_energy = model->parent_energy;
  d->quirks.children_reverse = model->children_reverse;
  snprintf(d->model, sizeof(d->model), "%s", model->model);
  snprintf(d->hw_ver, sizeof(d->hw_ver), "%s", model->hw_ver);
  snprintf(d->sw_ver, sizeof(d->sw_ver), "%s", model->fw_ver);
  snprintf(d->family, sizeof(d->family), "%s",
           model->family != NULL ? model->family : "");
}

bool energy_parse(const char *name, unsigned *energy) {
  for (size_t i = 0; i < COUNT(energies); i++) {
    if (strcmp(energies[i].name, name) != 0)
      continue;
    *energy = energies[i].energy;
    return true;
  }
  return false;
}

const char *energy_names(void) {
  return "none v1 no_emeter full no_current_power watts_only no_usage_power";
}
