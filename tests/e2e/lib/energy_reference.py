# SPDX-License-Identifier: MIT
"""Random tariffs and loads, and what they cost, computed slowly and exactly:
in fractions, minute by minute, with the calendar of Python. For the tests of
kasactl energy price; shares nothing with what it checks but the manual."""

import bisect
import json
import random
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

ZONES = ("UTC", "Europe/Berlin", "Europe/London", "America/New_York",
         "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu",
         "Africa/Cairo", "America/St_Johns", "Pacific/Auckland",
         "Pacific/Chatham", "Antarctica/Troll", "Europe/Dublin", "Asia/Tehran",
         "Africa/Casablanca", "America/Sao_Paulo", "America/Asuncion")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
          "Nov", "Dec")
# around which something is going on: clocks change, months and years end
MOMENTS = ((2026, 3, 8), (2026, 3, 29), (2026, 10, 25), (2026, 11, 1),
           (2026, 4, 5), (2026, 10, 4), (2028, 2, 29), (2026, 2, 28),
           (2026, 12, 31), (2027, 1, 1), (2026, 4, 24), (2026, 10, 30),
           (2026, 6, 14), (2026, 4, 30))


def easter(year):
    """Gauss's rule with Lichtenberg's corrections."""
    k = year // 100
    m = 15 + (3 * k + 3) // 4 - (8 * k + 13) // 25
    s = 2 - (3 * k + 3) // 4
    a = year % 19
    d = (19 * a + m) % 30
    r = (d + a // 11) // 29
    og = 21 + d - r
    sz = 7 - (year + year // 4 + s) % 7
    return date(year, 3, 1) + timedelta(days=og + 7 - (og - sz) % 7 - 1)


def month_length(year, month):
    after = date(year + month // 12, month % 12 + 1, 1)
    return (after - date(year, month, 1)).days


def billing_month(day, billing_day):
    """Its first day and that of the next one."""
    def begin(year, month):
        return date(year, month, min(billing_day, month_length(year, month)))
    this = begin(day.year, day.month)
    if day < this:
        before = day.replace(day=1) - timedelta(days=1)
        return begin(before.year, before.month), this
    after = day.replace(day=1) + timedelta(days=31)
    return this, begin(after.year, after.month)


# -- what was configured; numbers are kept as they are written --


class Tariff:
    def __init__(self, rng, grain, start, billing_day, folder, number):
        self.rng, self.grain, self.folder, self.number = rng, grain, folder, number
        self.start = start  # the date around which the load lies
        self.begin = None   # From
        self.billing_day = billing_day
        self.other = rng.choice(("0", "0", "3.7", "11"))
        self.taxes = [(name, self.amount(0, 25, 3)) for name in
                      rng.choice(((), (), ("VAT",), ("levy", "VAT")))]
        self.types = {name: self.day_type(name) for name in
                      rng.choice(((), (), ("holiday",), ("red", "holiday")))}
        self.charges = [self.charge(i) for i in range(rng.choice((0, 0, 1, 3)))]
        self.minimum = rng.choice((None, None, "0.4 \"day\"", "12 \"month\""))
        self.shorthands = {name: self.amount(-9, 90, 2) for name in
                           ("DailyCharge", "MonthlyCharge", "YearlyCharge")
                           if rng.random() < 0.25}
        self.parts = [self.part("energy", main=True)]
        for name in rng.choice(((), (), ("grid",), ("grid", "levies"))):
            self.parts.append(self.part(name))

    def amount(self, low, high, digits):
        return f"{self.rng.uniform(low, high):.{digits}f}"

    def clock(self, to=False):
        minute = self.rng.randrange(0, 1440, self.grain)
        if to and self.rng.random() < 0.15:
            return "24:00"
        return f"{minute // 60:02}:{minute % 60:02}"

    def near(self, days=4):
        return self.start + timedelta(days=self.rng.randint(-days, days))

    def day_type(self, name):
        rng = self.rng
        kind = {"dates": [], "easter": [], "file": [],
                "starts": rng.choice(("00:00", "00:00", "06:00", self.clock()))}
        way = rng.randrange(4)
        if way in (0, 3):
            kind["dates"] = [d.isoformat() for d in {self.near() for _ in range(3)}]
        if way == 1:
            kind["dates"] = [f"{self.near():%m-%d}"]
        if way in (2, 3):
            kind["file"] = [self.near().isoformat() for _ in range(3)]
            (self.folder / f"{name}-{self.number}").write_text(
                "# days\n" + "\n".join(kind["file"]) + "\n", encoding="utf-8")
        if way == 1 or rng.random() < 0.3:
            offset = (self.near() - easter(self.start.year)).days
            kind["easter"] = [offset] if abs(offset) < 300 else [1, 39]
        return kind

    def charge(self, number):
        rng = self.rng
        months = [] if rng.random() < 0.6 else [self.start.month,
                                                rng.randint(1, 12)]
        taxes = rng.choice((None, None, "none", "one"))
        if taxes == "one":
            taxes = rng.choice(self.taxes)[0] if self.taxes else None
        return {"name": f"c{number}", "months": months, "taxes": taxes,
                "per": rng.choice(("PerDay", "PerMonth", "PerYear")),
                "amount": self.amount(-20, 200, 4)}

    def tiers(self):
        rng = self.rng
        if rng.random() < 0.6:
            return [(None, False, self.amount(-0.05, 0.9, 5))]
        per_day = rng.random() < 0.4
        top, tiers = Fraction(0), []
        for _ in range(rng.randint(1, 3)):
            top += Fraction(self.amount(0.5, 12, 2) if per_day
                            else self.amount(5, 220, 1))
            tiers.append((str(float(top)), per_day, self.amount(0.01, 0.9, 5)))
        return tiers + [(None, False, self.amount(0.01, 0.9, 5))]

    def period(self, name):
        rng = self.rng
        period = {"name": name, "days": [], "hours": [], "months": [],
                  "tiers": self.tiers()}
        if rng.random() < 0.6:
            first, last = rng.choice(WEEKDAYS), rng.choice(WEEKDAYS)
            period["days"].append(rng.choice((first, f"{first}-{last}")))
        if self.types and rng.random() < 0.5:
            period["days"].append(rng.choice(sorted(self.types)))
        for _ in range(rng.choice((0, 1, 1, 2))):
            begin, end = self.clock(), self.clock(to=True)
            if begin != end:
                period["hours"].append((begin, end))
        if rng.random() < 0.25:
            first, last = self.start.month, rng.randint(1, 12)
            period["months"] = [rng.choice((first, last)), last]
        return period

    def part(self, name, main=False):
        rng = self.rng
        part = {"name": name, "main": main, "series": None, "tiers": self.tiers(),
                "periods": [self.period(f"p{i}") for i in
                            range(rng.choice((0, 1, 2, 4)))]}
        if rng.random() < 0.25:
            part["series"] = self.series(name)
            part["name"] = "spot" if main else name
            part["tiers"] = None
        return part

    def series(self, name):
        rng = self.rng
        at = datetime(self.start.year, self.start.month, self.start.day,
                      tzinfo=timezone.utc) - timedelta(days=4)
        rows, step = [], timedelta(minutes=rng.choice((15, 30, 60)))
        way = rng.choice(("from,to", "from,to", "from", "excel", "awattar",
                          "octopus", "tibber"))
        while len(rows) < 300:
            if rng.random() < 0.98:  # else there is none
                rows.append((at, at + step, self.amount(-0.1, 0.6, 5)))
            at += step
        if way in ("from", "tibber"):  # which cannot say that there is none
            ends = [r[0] for r in rows[1:]]
            longest = max(b - a[0] for a, b in zip(rows, ends))
            ends.append(rows[-1][0] + longest)
            rows = [(a, b, p) for (a, _, p), b in zip(rows, ends)]
        else:
            for _ in range(rng.choice((0, 0, 3))):  # some that cover others
                begin = rows[rng.randrange(len(rows))][0]
                begin += rng.randint(0, 3) * timedelta(minutes=15)
                if all(begin != r[0] for r in rows):
                    rows.append((begin, begin + rng.randint(1, 9) * step,
                                 self.amount(-0.1, 0.6, 5)))
        rng.shuffle(rows)
        path = self.folder / f"{name}-{self.number}.csv"
        path.write_text(self.written(way, rows), encoding="utf-8", newline="")
        return {"rows": sorted(rows), "path": path,
                "from": sorted(r[0] for r in rows),
                "unit": way == "excel",
                "factor": rng.choice(("1", "1.03", "2.2")),
                "max": rng.choice((None, "0.35")),
                "min": rng.choice((None, "-0.02")),
                "fallback": rng.choice((None, "0.3", "0"))}

    def written(self, way, rows):
        """The text of a file of prices."""
        def scaled(price, digits):
            return float(Fraction(price) * 10 ** digits)

        def local(moment):
            return moment.astimezone(timezone(timedelta(
                minutes=self.rng.choice((0, 60, -210, 345))))).isoformat()
        if way == "from":
            return "price,from\n" + "".join(f"{p},{local(a)}\n" for a, _, p in rows)
        if way == "excel":  # per MWh
            return "\ufefffrom;to;price\r\n" + "".join(
                f"{local(a)};{local(b)};{scaled(p, 3)}\r\n".replace(".", ",")
                for a, b, p in rows)
        if way == "awattar":
            return json.dumps({"object": "list", "data": [
                {"start_timestamp": int(a.timestamp()) * 1000, "marketprice":
                 scaled(p, 3), "end_timestamp": int(b.timestamp()) * 1000,
                 "unit": "Eur/MWh"} for a, b, p in rows]})
        meant, other = ("value_exc_vat", "value_inc_vat") if self.taxes else (
            "value_inc_vat", "value_exc_vat")
        if way == "octopus":
            return json.dumps({"count": len(rows), "next": None, "results": [
                {meant: scaled(p, 2), other: 77, "payment_method": None,
                 "valid_from": local(a), "valid_to": local(b)}
                for a, b, p in rows]}, indent=1)
        if way == "tibber":
            meant, other = ("energy", "total") if self.taxes else ("total", "energy")
            rows = [{meant: float(p), other: 77, "startsAt": local(a)}
                    for a, _, p in rows]
            return json.dumps({"data": {"viewer": {"homes": [{
                "currentSubscription": {"priceInfo": {
                    "current": rows[0], "today": rows[:150],
                    "tomorrow": rows[150:]}}}]}}})
        return "from,to,price\n" + "".join(
            f"{local(a)},{local(b)},{p}\n" for a, b, p in rows)

    # -- as it is written --

    def lines(self):
        out = ['<Tariff>', 'Currency "EUR"', f"BillingDay {self.billing_day}"]
        if self.begin:
            out.append(f'From "{self.begin}"')
        if self.other != "0":
            out.append(f"OtherUse {self.other}")
        out += [f'Tax "{name}" {percent}' for name, percent in self.taxes]
        out += [f"{name} {amount}" for name, amount in self.shorthands.items()]
        if self.minimum:
            out.append(f"MinimumCharge {self.minimum}")
        for name, kind in self.types.items():
            out += [f'<DayType "{name}">', f'Starts "{kind["starts"]}"']
            if kind["dates"]:
                out.append("Date " + " ".join(f'"{d}"' for d in kind["dates"]))
            if kind["easter"]:
                out.append("Easter " + " ".join(map(str, kind["easter"])))
            if kind["file"]:
                out.append(f'File "{self.folder}/{name}-{self.number}"')
            out.append("</DayType>")
        for charge in self.charges:
            out += [f'<Charge "{charge["name"]}">',
                    f'{charge["per"]} {charge["amount"]}']
            if charge["months"]:
                out.append('Months "' + ",".join(
                    MONTHS[m - 1] for m in charge["months"]) + '"')
            if charge["taxes"]:
                out.append(f'Taxes "{charge["taxes"]}"')
            out.append("</Charge>")
        for part in self.parts:
            out += [] if part["main"] else [f'<Component "{part["name"]}">']
            out += self.part_lines(part)
            out += [] if part["main"] else ["</Component>"]
        return out + ["</Tariff>"]

    @staticmethod
    def tier_lines(tiers):
        if len(tiers) == 1:
            return [f"Rate {tiers[0][2]}"]
        out = []
        for top, per_day, rate in tiers:
            out += ["<Tier>"] + ([f"UpTo {top}" + (' "day"' if per_day else "")]
                                 if top else []) + [f"Rate {rate}", "</Tier>"]
        return out

    def part_lines(self, part):
        out = []
        for p in part["periods"]:
            out.append(f'<Period "{p["name"]}">')
            if p["days"]:
                out.append("Days " + " ".join(f'"{d}"' for d in p["days"]))
            if p["hours"]:
                out.append("Hours " + " ".join(f'"{a}-{b}"' for a, b in p["hours"]))
            if p["months"]:
                out.append('Months "' + "-".join(
                    MONTHS[m - 1] for m in p["months"]) + '"')
            out += self.tier_lines(p["tiers"]) + ["</Period>"]
        series = part["series"]
        if series is None:
            return out + self.tier_lines(part["tiers"])
        out += ['<Prices "spot">' if part["main"] else "<Prices>",
                f'File "{series["path"]}"', f'Factor {series["factor"]}']
        out += ['Unit "MWh"'] if series["unit"] else []
        out += [f"{name.capitalize()} {series[name]}" for name in
                ("max", "min", "fallback") if series[name] is not None]
        return out + ["</Prices>"]

    # -- what it means --

    def type_of(self, name, day):
        kind = self.types[name]
        return (day.isoformat() in kind["dates"] + kind["file"]
                or f"{day:%m-%d}" in kind["dates"]
                or any(easter(day.year) + timedelta(days=n) == day
                       for n in kind["easter"]))

    def day_fits(self, period, day, now):
        """day: to which the hours belong; now: what the clock shows."""
        if period["months"]:
            first, last = period["months"]
            span = [(first - 1 + i) % 12 + 1 for i in range((last - first) % 12 + 1)]
            if day.month not in span:
                return False
        for word in period["days"]:
            if word in self.types:
                starts = self.types[word]["starts"]
                its = day
                if starts != "00:00":
                    its = now.date() - timedelta(days=f"{now:%H:%M}" < starts)
                if self.type_of(word, its):
                    return True
            else:
                first, last = (WEEKDAYS.index(w) for w in (word.split("-") * 2)[:2])
                if (day.weekday() - first) % 7 <= (last - first) % 7:
                    return True
        return not period["days"]

    def holds(self, period, now):
        if not period["hours"]:
            return self.day_fits(period, now.date(), now)
        clock = f"{now:%H:%M}"
        for begin, end in period["hours"]:
            if begin < end:
                if begin <= clock < end and self.day_fits(period, now.date(), now):
                    return True
            elif clock >= begin and self.day_fits(period, now.date(), now):
                return True
            elif clock < end and self.day_fits(
                    period, now.date() - timedelta(days=1), now):
                return True
        return False

    def rates(self, now, utc):
        """For a minute: the name, and each part's tiers or price; None: it
        has no price."""
        names, rates = [], []
        for part in self.parts:
            held = next((p for p in part["periods"] if self.holds(p, now)), None)
            if held is None and part["series"]:
                names.append(part["name"])
                rates.append(self.series_price(part["series"], utc))
            else:
                names.append(part["name"] + ":" + (held["name"] if held else "base"))
                rates.append((held or part)["tiers"])
        return "+".join(names), None if None in rates else rates

    @staticmethod
    def series_price(series, utc):
        at = bisect.bisect(series["from"], utc) - 1
        while at >= 0 and utc >= series["rows"][at][1]:
            at -= 1
        if at < 0:
            fallback = series["fallback"]
            return None if fallback is None else [(None, False, fallback)]
        price = Fraction(series["rows"][at][2]) * Fraction(series["factor"])
        if series["max"] is not None:
            price = min(price, Fraction(series["max"]))
        if series["min"] is not None:
            price = max(price, Fraction(series["min"]))
        return [(None, False, price)]

    @staticmethod
    def ladder(tiers, kwh, days):
        """What the site's first kwh of the month cost."""
        cost = low = Fraction(0)
        for top, per_day, rate in tiers:
            high = kwh if top is None else min(
                kwh, Fraction(top) * (days if per_day else 1))
            if high > low:
                cost += (high - low) * Fraction(rate)
                low = high
        return cost

    def taxed(self, amount, which=None):
        for name, percent in self.taxes:
            if which is None or which == name:
                amount *= 1 + Fraction(percent) / 100
        return amount

    def price(self, rates, position, moved, days):
        """Mean price of a kWh while the site goes on by moved kWh."""
        total = Fraction(0)
        for tiers in rates:
            if len(tiers) == 1:
                total += Fraction(tiers[0][2])
            else:
                total += (self.ladder(tiers, position + moved, days)
                          - self.ladder(tiers, position, days)) / moved
        return self.taxed(total)

    def fixed(self, day):
        """Charges of a day."""
        first, after = billing_month(day, self.billing_day)
        year_days = 366 if month_length(day.year, 2) == 29 else 365
        everything = list(self.charges) + [
            {"per": per, "amount": self.shorthands[name], "months": [], "taxes": None}
            for name, per in (("DailyCharge", "PerDay"), ("MonthlyCharge", "PerMonth"),
                              ("YearlyCharge", "PerYear")) if name in self.shorthands]
        total = Fraction(0)
        for charge in everything:
            amount, months = Fraction(charge["amount"]), charge["months"]
            month = first.month if charge["per"] == "PerMonth" else day.month
            if months and month not in months:
                continue
            if charge["per"] == "PerMonth":
                amount /= (after - first).days
            elif charge["per"] == "PerYear":
                amount /= sum(month_length(day.year, m) for m in set(months)) \
                    if months else year_days
            total += amount if charge["taxes"] == "none" else \
                self.taxed(amount, charge["taxes"])
        return total


# -- a case --


class Case:
    """A zone, tariffs and a load made from a seed."""

    def __init__(self, seed, folder):
        rng = self.rng = random.Random(seed)
        self.zone = rng.choice(ZONES)
        self.tz = ZoneInfo(self.zone)
        self.grain = rng.choice((1, 5, 15, 30))
        start = date(*rng.choice(MOMENTS))
        billing = rng.choice((1, start.day, 15, 29, 31, rng.randint(1, 31)))
        self.tariffs = [Tariff(rng, self.grain, start, billing, folder, i)
                        for i in range(rng.choice((1, 1, 2, 3)))]
        for i, tariff in enumerate(self.tariffs[1:] if rng.random() < 0.8
                                   else self.tariffs):
            tariff.begin = start + timedelta(days=2 * i - 1)
        self.before = rng.choice((0, 0, f"{rng.uniform(0, 300):.3f}"))
        self.load = self.make_load(start)
        self.path = folder / "tariff.conf"
        self.write_tariffs()
        self.load_path = folder / "load.csv"
        self.load_path.write_text("from,to,kwh\n" + "".join(
            f"{a.isoformat()},{b.isoformat()},{kwh}\n" for a, b, kwh in self.load),
            encoding="utf-8")

    def write_tariffs(self):
        self.path.write_text("\n".join(
            line for t in self.rng.sample(self.tariffs, len(self.tariffs))
            for line in t.lines()) + "\n", encoding="utf-8")

    def make_load(self, start):
        rng, rows = self.rng, []
        at = datetime(start.year, start.month, start.day, tzinfo=timezone.utc)
        at += timedelta(seconds=rng.randint(-36 * 3600, 6 * 3600))
        for _ in range(rng.randint(1, 8)):
            seconds = rng.choice((1, 15, 900, 3600, rng.randint(60, 7200),
                                  rng.randint(3600, 30 * 3600)))
            end = at + timedelta(seconds=seconds)
            rows.append((at, end, f"{rng.uniform(0, seconds / 900):.6f}"))
            at = end + timedelta(seconds=rng.choice((0, 0, 1, 777)))
        return rows

    def tariff_at(self, day):
        known = [t for t in self.tariffs if t.begin is None or t.begin <= day]
        return max(known, key=lambda t: t.begin or date.min) if known else None

    def pieces(self, begin, end):
        """Cut at every grain of minutes: nothing changes in between."""
        step = timedelta(minutes=self.grain if self.grain < 30 else 15)
        floor = begin.replace(second=0, microsecond=0)
        floor -= timedelta(minutes=floor.minute % (step.seconds // 60))
        while begin < end:
            floor += step
            cut = min(floor, end)
            yield begin, cut
            begin = cut

    def month_start(self, first):
        """The first moment of a local day."""
        utc = datetime(first.year, first.month, first.day, tzinfo=timezone.utc)
        at = utc - timedelta(hours=15)
        while at.astimezone(self.tz).date() < first:
            at += timedelta(minutes=15)
        return at

    def bill(self):
        days, periods, unpriced = {}, {}, Fraction(0)
        site, month = Fraction(self.before), None
        starts = {}
        for begin, end, text in self.load:
            speed = Fraction(text) / int((end - begin).total_seconds())
            for a, b in self.pieces(begin, end):
                now = a.astimezone(self.tz).replace(tzinfo=None)
                tariff = self.tariff_at(now.date())
                seconds = int((b - a).total_seconds())
                kwh = speed * seconds
                first, after = billing_month(
                    now.date(), tariff.billing_day if tariff else 1)
                if month not in (None, first):
                    site = Fraction(0)
                month = first
                name, rates = "unpriced", None
                if tariff:
                    name, rates = tariff.rates(now, a)
                cost = Fraction(0)
                if rates is None:
                    name = "unpriced"
                    unpriced += kwh
                elif kwh:
                    if first not in starts:
                        starts[first] = self.month_start(first)
                    other = Fraction(tariff.other) / 86400
                    passed = int((a - starts[first]).total_seconds())
                    cost = kwh * tariff.price(
                        rates, site + other * passed, kwh + other * seconds,
                        (after - first).days)
                site += kwh
                day = days.setdefault(now.date(), [Fraction(0), Fraction(0)])
                for sums in (day, periods.setdefault(name, [Fraction(0)] * 2)):
                    sums[0] += kwh
                    sums[1] += cost
        fixed = {d: t.fixed(d) if (t := self.tariff_at(d)) else Fraction(0)
                 for d in days}
        return {"days": days, "periods": periods, "unpriced": unpriced,
                "charges": fixed}
