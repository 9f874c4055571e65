# SPDX-License-Identifier: MIT
"""A site whose past is known to the watt-hour: consumption of every ten
minutes as a formula, and the meters that would have counted it, written into
Prometheus as if it had been there all the time. Meters are reset, readings
are missing for hours, and still what was used is what was used."""

SITE = "history"
STEP = 600
DAYS = 65

BOILER, RACK, LAMP = "Boiler", "Rack", "Night lamp"
OUTLETS = ("Server", "Fan (2)")

# In days before the end. The boiler's meter starts anew, and so does the lamp's
# counter with a collectd that keeps none; readings are missing for hours.
BOILER_RESETS = (40.3, 12.7, 0.31)
RESTARTS = (20.4, 3.2)
GAP = (9.75, 9.3)
# The lamp's readings are missing over a midnight (UTC), and while it burns: from
# 23 o'clock to 11, by the clock, so that it is the same at whatever hour, and no
# week, counted back from any hour, begins in it.
NIGHT_AGO, NIGHT_GAP = 5, (-1, 11)


def watt_hours(what, k):
    """Used in the ten minutes that end at step k: whole numbers, and each
    hour of a day another."""
    hour = k * STEP // 3600 % 24
    return {BOILER: 40 + 9 * (hour % 5) + (200 if hour == 6 else 0),
            OUTLETS[0]: 20 + hour % 3, OUTLETS[1]: hour,
            LAMP: 5 if hour < 7 else 0}[what]


class History:
    """end: an epoch; the last reading is at the ten minutes before it."""

    def __init__(self, end):
        self.last = int(end) // STEP
        self.first = self.last - DAYS * 86400 // STEP
        midnight = (self.last * STEP // 86400 - NIGHT_AGO) * 86400
        self.gaps = {RACK: tuple(map(self.at, GAP)),
                     LAMP: tuple((midnight + h * 3600) // STEP
                                 for h in NIGHT_GAP)}

    def at(self, days_ago):
        return self.last - round(days_ago * 86400 / STEP)

    def used(self, what, start, end):
        """Wh between two epochs that are whole ten minutes."""
        parts = OUTLETS if what == RACK else (what,)
        return sum(watt_hours(p, k) for p in parts
                   for k in range(int(start) // STEP + 1,
                                  int(end) // STEP + 1)
                   if self.first < k <= self.last)

    def unread(self, what, t):
        """Whether the reading of an epoch is missing."""
        begin, end = self.gaps.get(what, (0, 0))
        return begin <= t // STEP < end

    def gap(self, what):
        """(epoch of the last reading before it, of the first one after)."""
        begin, end = self.gaps[what]
        return (begin - 1) * STEP, end * STEP

    def everything(self, start, end):
        return sum(self.used(w, start, end) for w in (BOILER, RACK, LAMP))

    # -- as the meters have it

    def _meter(self, parts, resets, what):
        """[(epoch, Wh)]: from 0 again after a reset, nothing in a gap."""
        total, resets = 5000, {self.at(r) for r in resets}
        for k in range(self.first, self.last + 1):
            if k in resets:
                total = 0
            total += sum(watt_hours(p, k) for p in parts)
            if not self.unread(what, k * STEP):
                yield k * STEP, total

    def lines(self):
        """An OpenMetrics text: families together, without its end."""
        site = f'job="collectd",instance="{SITE}"'
        kasa = "collectd_kasa_watt_hours"
        yield f"# TYPE {kasa} counter"
        for name, parts, resets in ((BOILER, (BOILER,), BOILER_RESETS),
                                    (RACK, OUTLETS, ()),
                                    (LAMP, (LAMP,), RESTARTS)):
            for t, wh in self._meter(parts, resets, name):
                yield f'{kasa}_total{{device="{name}",{site}}} {wh} {t}'
        plug = "collectd_kasa_plug_watt_hours"
        yield f"# TYPE {plug} counter"
        for name in OUTLETS:
            for t, wh in self._meter((name,), (), RACK):
                yield (f'{plug}_total{{device="{RACK}",outlet="{name}",'
                       f'{site}}} {wh} {t}')
        for metric, value in (("kwh_month", 120), ("up", 1)):
            yield f"# TYPE collectd_kasa_{metric} gauge"
            for k in range(self.first, self.last + 1):
                for name in (BOILER, RACK, LAMP):
                    yield (f'collectd_kasa_{metric}{{device="{name}",{site}}} '
                           f"{value} {k * STEP}")
