# SPDX-License-Identifier: MIT
"""What people get wrong in <Appliance>, <Spike> and <Limits>: kasactl check says one
line for each, which names the device, the block and the option, what is expected
and what was found, and the nearest name. What is only odd is taken."""

import subprocess

import pytest

from energy_files import KASACTL

pytestmark = pytest.mark.one_thread

TOP = '<Plugin kasa>\n<Tariff>\nCurrency "EUR"\nRate 0.3\n</Tariff>\n'
DEVICE = '<Device "192.0.2.7">'
DAY = '"Mon-Fri" "06:00-10:00"'


def appliance(lines):
    return f"{DEVICE}\n<Appliance>\n{lines}\n</Appliance>\n</Device>"


def spike(lines):
    return f"{DEVICE}\n<Spike>\n{lines}\n</Spike>\n</Device>"


def limits(lines):
    return f"{DEVICE}\n<Limits>\n{lines}\n</Limits>\n</Device>"


def device(lines):
    return f"{DEVICE}\n{lines}\n</Device>"


def said(tmp_path, text):
    """What check says of the blocks, each line from the block's name on."""
    path = tmp_path / "collectd.conf"
    path.write_text(f"LoadPlugin kasa\n{TOP}{text}\n</Plugin>\n", encoding="utf-8")
    out = subprocess.run([KASACTL, "check", path], text=True, capture_output=True,
                         check=False).stdout.split("Read:")[0]
    return [line.split(": ", 1)[1] for line in out.splitlines()
            if line.startswith(f"  {path}:") and "LoadPlugin kasa" not in line]


IN_APPLIANCE = f"{DEVICE}: <Appliance>: "
IN_SPIKE = f"{DEVICE}: <Spike>: "
IN_LIMITS = f"{DEVICE}: <Limits>: "
SITE = "<Plugin kasa>: "

MISTAKES = {
    appliance('Kind "washr"'): [IN_APPLIANCE + "option Kind expects one of: washer, ",
                                'found "washr", did you mean washer?'],
    appliance("Kind refrigerator"): ["freezer, coffee, heater, other, found "],
    appliance('Kind "washer" "dryer"'): ['found "washer" "dryer"'],
    appliance("Knd washer"): ["unknown option Knd, did you mean Kind?"],
    appliance("StartAbove 10W"): ['a number from 0.1 to 8000, found "10W"'],
    appliance("StartAbove 0"): ["a number from 0.1 to 8000, found 0"],
    appliance("StartBelow 5"): ["unknown option StartBelow: say StartAbove"],
    appliance("EndAbove 5"): ["unknown option EndAbove: say EndBelow"],
    appliance("Threshold 5"): ["say StartAbove"],
    appliance("StartFor 2h"): ['StartFor expects seconds from 0 to 3600, found "2h"'],
    appliance('StartFor "5 m"'): ['"5m" or "2h", found "5 m"'],
    appliance("EndBelow 12"): [
        IN_APPLIANCE + "EndBelow 12 is above StartAbove 10", "using 4"],
    appliance("StartAbove 3\nEndBelow 3.5"): ["EndBelow 3.5 is above", "using 3"],
    appliance("MinEnergy 0.03 kWh"): ['found 0.03 "kWh": without a unit'],
    appliance("MinDuration 5h\nMaxDuration 4h"): [
        "MinDuration 18000 is above MaxDuration 14400"],
    appliance("MaxDuration 4 h"): ['found 4 "h": quote it'],
    appliance("MaxDuration 60d"): ['from 10 to 2678400, found "60d"'],
    appliance("ExpectEvery 6 h"): [
        IN_APPLIANCE + 'option ExpectEvery expects "auto" or a time', 'found 6 "h"'],
    appliance("ExpectEvery never"): ['from 10 seconds to 31 days', 'found "never"'],
    appliance("ExpectEvery 6h\nExpectEvery 7h"): ["ExpectEvery stands twice"],
    appliance("MaxRun 40d"): [IN_APPLIANCE + "option MaxRun expects", 'found "40d"'],
    appliance("MaxRun 3h\nMaxRun auto"): ["option MaxRun stands twice, the last one"],
    appliance('Expect "Mon-Fry" "06:00-10:00"'): [
        IN_APPLIANCE + "option Expect expects weekdays and one stretch",
        'found "Mon-Fry" "06:00-10:00", did you mean Fri?'],
    appliance('Expect "weekend" "06:00-10:00"'): ["did you mean Sat,Sun?"],
    appliance('Expect "Mon-Fri" "25:00-26:00"'): ['found "Mon-Fri" "25:00-26:00"'],
    appliance('Expect "06:00-10:00"'): ['like ' + DAY, 'found "06:00-10:00"'],
    appliance(f'Expect {DAY}\nExpect "Sat" "08:00-10:00"'): [
        "Expect stands twice, the last one counts"],
    appliance("Kind fridge\nRemindAfter 30m"): ["RemindAfter is not for Kind fridge"],
    appliance("Remind 30m"): ["unknown option Remind: say RemindAfter"],
    appliance("Percent 50"): ["unknown option Percent: it belongs in <Spike>"],
    appliance("DailyCost 5"): ["unknown option DailyCost: it belongs in <Limits>"],
    appliance("Produces true"): ["it belongs in the <Device> or <Plug> around it"],
    appliance("<Spike>\nPercent 5\n</Spike>"): ["unknown option Spike: it belongs in"],
    appliance(""): ["passes over <Appliance>"],
    spike('Percent "50%"'): [IN_SPIKE + "option Percent expects", 'found "50%"'],
    spike("Percent 50\nPercent 60"): ["Percent stands twice"],
    spike("Watts 50W"): ["option Watts expects a number from 0 to 8000"],
    spike("For 45 s"): ['found 45 "s": quote it'],
    spike("Above 50"): ["unknown option Above: say Percent or Watts"],
    spike("Duration 45"): ["unknown option Duration: say For"],
    spike(""): ["passes over <Spike>"],
    limits("DailyEnergy 50 kWh"): [IN_LIMITS + "option DailyEnergy", 'found 50 "kWh"'],
    limits("DailyCost 0"): ["option DailyCost expects a number from 0.001", "found 0"],
    limits("DailyKwh 5"): ["unknown option DailyKwh: say DailyEnergy"],
    limits("WeeklyCost 5"): ["unknown option WeeklyCost: limits are of a day or"],
    limits("DailyEnergy 5\nAt 50 x 100"): [IN_LIMITS + "option At", 'found 50 "x" 100'],
    limits("DailyEnergy 5\nAt 0"): ["percentages from 1 to 1000", "found 0"],
    limits("At 75"): ["<Limits> limits nothing"],
    limits(""): ["passes over <Limits>"],
    device('Appliance "washer"'): [
        f"{DEVICE}: Appliance expects a block, as in <Appliance> ...", 'found "washer"'],
    device('<Appliance "x">\nKind washer\n</Appliance>'): [
        f'{DEVICE}: <Appliance> takes no name, found "x"'],
    device("<Spike>\nFor 9\n</Spike>\n<Spike>\nFor 8\n</Spike>"): [
        f"{DEVICE}: <Spike> stands twice, the last one counts"],
    device("Limits 50"): [f"{DEVICE}: Limits expects a block", "found 50"],
    device("MaxDuration 4h"): ["unknown option MaxDuration: it belongs in <Appliance>"],
    device("Watts 50"): ["unknown option Watts: it belongs in <Spike>"],
    device("At 75"): ["unknown option At: it belongs in <Limits>"],
    device('<Plug "1">\nInterval 30\n</Plug>'): [
        f'{DEVICE}: <Plug "1">: unknown option Interval: it belongs in the <Device>'],
    device('<Plug "1">\n<Appliance>\nKind cofee\n</Appliance>\n</Plug>'): [
        f'{DEVICE}: <Plug "1">: <Appliance>: option Kind', "did you mean coffee?"],
    device('<Plug "1">\nName "A"\n</Plug>\n<Plug "1">\nName "B"\n</Plug>'): [
        f'{DEVICE}: <Plug "1"> stands twice, the second block is left out'],
    "<Spike>\nPercent 5\n</Spike>": [SITE + "unknown option Spike: it belongs in the"],
    "Produces true": [SITE + "unknown option Produces: it belongs in the <Device>"],
    "Kind washer": [SITE + "unknown option Kind: it belongs in the <Appliance> of a"],
    "DailyCost 10": [SITE + "unknown option DailyCost: it belongs in <Limits>"],
}


@pytest.mark.parametrize("text", MISTAKES)
def test_each_mistake_is_one_line(tmp_path, text):
    lines = said(tmp_path, text)
    assert len(lines) == 1, lines
    for words in MISTAKES[text]:
        assert words in lines[0], lines


@pytest.mark.parametrize("text", [
    appliance('Kind "Washer"'),
    appliance("StartAbove 3"),  # the default of EndBelow gives way
    appliance('StartAbove "10"\nEndBelow 10'),
    appliance('StartFor "30s"\nMaxDuration 240m\nExpectEvery "Auto"\nMaxRun 1d'),
    appliance('Expect "Mon,Wed,Fri" "22:00-06:00"'),
    appliance("Kind washer\nMaxRun auto"),
    appliance("Kind fridge\nMaxDuration 3h"),
    spike('Percent "50"\nWatts 0\nFor 0'),
    limits("DailyEnergy 5\nAt 100 50 50\nAt 80"),
    limits('DailyEnergy "5"\nAt "75" "90"'),
])
def test_what_is_only_odd_is_taken(tmp_path, text):
    assert said(tmp_path, text) == []


def test_what_was_understood_is_shown(tmp_path):
    path = tmp_path / "collectd.conf"
    path.write_text(f"""LoadPlugin kasa
{TOP}<Limits>
MonthlyCost 40
</Limits>
{DEVICE}
<Appliance>
Kind dishwasher
EndFor 10m
ExpectEvery 2d
MaxRun auto
Expect "Sat-Mon" "22:00-06:00"
</Appliance>
<Plug "1">
<Spike>
Percent 80
</Spike>
<Limits>
DailyEnergy 5
At 50 100
</Limits>
</Plug>
</Device>
</Plugin>
""", encoding="utf-8")
    out = subprocess.run([KASACTL, "check", path], text=True, capture_output=True,
                         check=False).stdout
    assert """    <Appliance>
      Kind dishwasher
      EndFor 600  (default 300)
      ExpectEvery 2 days
      MaxRun auto
      Expect "Mon,Sat,Sun" "22:00-06:00"
    <Plug "1">
      <Spike>
        Percent 80  (default 50)
      <Limits>
        DailyEnergy 5
        At 50 100
  <Limits>
    MonthlyCost 40
    At 75 90 100
""" in out, out
