# SPDX-License-Identifier: MIT
"""Tariffs in which everything comes together: tiers of the tariff, of periods and of
components, day types that begin at some hour, taxes, charges of some months,
OtherUse, MinimumCharge, prices with gaps, around days on which clocks change. Priced
by the second, in fractions; by the manual alone, apart from energy_reference.py."""

import random
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction as F
from zoneinfo import ZoneInfo

WEEK = "Mon Tue Wed Thu Fri Sat Sun".split()
YEAR = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DAY = timedelta(days=1)
# zones, and days near which their clocks change, or a year or leap day ends
PLACES = [("Europe/Berlin", ["2026-03-29", "2026-10-25", "2028-02-29"]),
          ("America/New_York", ["2026-03-08", "2026-11-01"]),
          ("Australia/Lord_Howe", ["2026-04-05", "2026-10-04"]),
          ("Africa/Cairo", ["2026-04-24", "2026-10-30"]),
          ("America/St_Johns", ["2026-03-08", "2026-12-31"]),
          ("Pacific/Chatham", ["2026-04-05", "2026-09-27"]),
          ("America/Santiago", ["2026-04-05", "2026-09-06"]),
          ("Asia/Beirut", ["2026-03-29", "2026-10-25"])]


def days_in(year, month):
    return ((date(year, month, 28) + 4 * DAY).replace(day=1) - DAY).day


def month_of(day, begins):
    """First day of the billing month of a day, and of the next one."""
    def start(index):
        year, month = divmod(index, 12)
        return date(year, month + 1, min(begins, days_in(year, month + 1)))
    index = 12 * day.year + day.month - 1
    index -= day < start(index)
    return start(index), start(index + 1)


def seconds_of(clock):
    return int(clock[:2]) * 3600 + int(clock[3:]) * 60


class Combined:
    """The configuration, the load and the bill of a seed."""

    def __init__(self, seed, folder):
        self.rng = rng = random.Random(f"combined {seed}")
        self.folder = folder
        self.zone, moments = rng.choice(PLACES)
        self.tz = ZoneInfo(self.zone)
        self.middle = date.fromisoformat(rng.choice(moments))
        self.billing = rng.choice([1, self.middle.day, (self.middle + DAY).day, 31,
                                   rng.randint(2, 30)])
        self.other = self.number(0.5, 40, 2)
        self.taxes = [("levy", self.number(0.1, 9, 8)), ("VAT", self.number(1, 25, 1))]
        self.types = {name: self.make_type() for name in ("red", "feast")}
        self.charges = [self.make_charge() for _ in range(rng.randint(1, 3))]
        self.parts = {"energy": self.make_part("energy", rng.random() < 0.4)}
        for name in ["grid", "supplier"][:rng.randint(1, 2)]:
            self.parts[name] = self.make_part(name, rng.random() < 0.4)
        self.before = rng.choice(["0", self.number(0, 90, 3)])
        self.loads = self.make_loads()

    # -- made --

    def number(self, low, high, digits):
        return f"{self.rng.uniform(low, high):.{digits}f}"

    def clock(self):
        minutes = self.rng.randrange(0, 1440, 15)
        return f"{minutes // 60:02}:{minutes % 60:02}"

    def near(self):
        return self.middle + self.rng.randint(-3, 3) * DAY

    def make_type(self):
        days = {self.near() for _ in range(self.rng.randint(1, 3))}
        return {"days": days, "starts": self.rng.choice([None, "06:00", self.clock()]),
                "written": {d: self.rng.choice(["date", "file", "yearly"])
                            for d in days}}

    def make_charge(self):
        rng = self.rng
        months = None
        if rng.random() < 0.5:
            months = sorted({self.middle.month, rng.randint(1, 12)})
        return {"per": rng.choice(["PerDay", "PerMonth", "PerYear"]), "months": months,
                "amount": self.number(-50, 150, 4),
                "taxes": rng.choice([None, "none", "levy", "VAT"])}

    def make_tiers(self):
        rng, daily = self.rng, self.rng.random() < 0.5
        tops = sorted({round(rng.uniform(0.2, 15 if daily else 150), 2)
                       for _ in range(rng.randint(1, 4))})
        return [(f"{top:.2f}", daily, self.number(-0.1, 1, 6)) for top in tops] + [
            (None, daily, self.number(0, 1, 6))]

    def make_part(self, name, priced):
        rng, periods = self.rng, []
        for i in range(rng.randint(1, 4)):
            hours = []
            for _ in range(rng.randint(0, 2)):
                a, b = self.clock(), rng.choice([self.clock(), "24:00"])
                hours += [(a, b)] if a != b else []
            first, last = self.middle.month, rng.randint(1, 12)
            periods.append({
                "name": f"{name[0]}{i}", "hours": hours,
                "days": rng.choice([[], ["red"], ["feast", "Sun"], ["Mon-Fri"],
                                    ["Fri-Mon"], ["red", "Tue"]]),
                "months": rng.choice([None, None, (first, last), (last, first)]),
                "tiers": self.make_tiers() if rng.random() < 0.5 else
                [(None, False, self.number(-0.2, 1, 6))]})
        part = {"periods": periods, "tiers": self.make_tiers(), "prices": None}
        if priced:
            part["prices"] = self.make_prices()
        return part

    def make_prices(self):
        rng, rows = self.rng, []
        at = datetime.combine(self.middle - 4 * DAY, datetime.min.time(), timezone.utc)
        while at.date() < self.middle + 4 * DAY:
            length = timedelta(minutes=15 * rng.randint(1, 12))
            if rng.random() < 0.85:
                rows.append((at, at + length, self.number(-0.1, 0.7, 5)))
            at += length
        return {"rows": rows, "factor": self.number(0.5, 2, 2),
                "bounds": rng.choice([("-0.05", "0.6"), (None, None)]),
                "fallback": rng.choice([None, self.number(0.1, 0.5, 4)])}

    def make_loads(self):
        rng, rows = self.rng, []
        at = datetime.combine(self.middle - 2 * DAY, datetime.min.time(), timezone.utc)
        at += timedelta(seconds=rng.randrange(86400))
        for _ in range(rng.randint(2, 9)):
            length = timedelta(seconds=rng.choice([900, 3600, rng.randint(1, 90000)]))
            rows.append((at, at + length, self.number(0, 30, 6)))
            at += length + timedelta(seconds=rng.choice([0, 0, rng.randint(1, 9000)]))
        return rows

    # -- written --

    def write(self):
        out = ["<Tariff>", 'Currency "EUR"', f"BillingDay {self.billing}",
               f"OtherUse {self.other}", 'MinimumCharge 2 "day"']
        out += [f'Tax "{name}" {percent}' for name, percent in self.taxes]
        for name, kind in self.types.items():
            out += [f'<DayType "{name}">']
            out += [f'Starts "{kind["starts"]}"'] if kind["starts"] else []
            file = []
            for day, how in kind["written"].items():
                if how == "file":
                    file.append(f"{day} # {name}, they say")
                else:
                    out.append(f'Date "{day:{"%m-%d" if how == "yearly" else "%Y-%m-%d"}}"')
            if file:
                path = self.folder / f"{name}.days"
                path.write_text("\n".join(file) + "\n", encoding="utf-8")
                out.append(f'File "{path}"')
            out.append("</DayType>")
        for i, charge in enumerate(self.charges):
            out += [f'<Charge "c{i}">', f'{charge["per"]} {charge["amount"]}']
            if charge["months"]:
                out.append(f'Months "{",".join(YEAR[m - 1] for m in charge["months"])}"')
            out += [f'Taxes "{charge["taxes"]}"'] if charge["taxes"] else []
            out.append("</Charge>")
        for name, part in self.parts.items():
            out += [f'<Component "{name}">'] if name != "energy" else []
            out += self.written_part(name, part)
            out += ["</Component>"] if name != "energy" else []
        path, load = self.folder / "tariff.conf", self.folder / "load.csv"
        path.write_text("\n".join(out + ["</Tariff>", ""]), encoding="utf-8")
        load.write_text("from,to,kwh\n" + "".join(
            f"{a.isoformat()},{b.isoformat()},{kwh}\n" for a, b, kwh in self.loads),
            encoding="utf-8")
        return path, load

    @staticmethod
    def written_tiers(tiers):
        if len(tiers) == 1:
            return [f"Rate {tiers[0][2]}"]
        out = []
        for top, daily, rate in tiers:
            out.append("<Tier>")
            if top:
                out.append(f'UpTo {top}{" " + chr(34) + "day" + chr(34) if daily else ""}')
            out += [f"Rate {rate}", "</Tier>"]
        return out

    def written_part(self, name, part):
        out = []
        for period in part["periods"]:
            out.append(f'<Period "{period["name"]}">')
            out += ["Days " + " ".join(f'"{d}"' for d in period["days"])] * bool(
                period["days"])
            out += [f'Hours "{a}-{b}"' for a, b in period["hours"]]
            if period["months"]:
                out.append('Months "{}-{}"'.format(
                    *(YEAR[m - 1] for m in period["months"])))
            out += self.written_tiers(period["tiers"]) + ["</Period>"]
        prices = part["prices"]
        if not prices:
            return out + self.written_tiers(part["tiers"])
        path = self.folder / f"{name}.csv"
        path.write_text("from,to,price\n" + "".join(
            f"{a.isoformat()},{b.isoformat()},{p}\n" for a, b, p in prices["rows"]),
            encoding="utf-8")
        low, high = prices["bounds"]
        out += [f'<Prices "{name}">' if name == "energy" else "<Prices>",
                f'File "{path}"', f'Factor {prices["factor"]}']
        out += [f"Min {low}", f"Max {high}"] if low else []
        out += [f'Fallback {prices["fallback"]}'] if prices["fallback"] else []
        return out + ["</Prices>"]

    # -- priced --

    def is_type(self, name, day):
        return any(day == d or (how == "yearly" and (day.month, day.day) ==
                                (d.month, d.day))
                   for d, how in self.types[name]["written"].items())

    def counts(self, period, day, local):
        """On this day; local decides what a day is that begins at some hour."""
        if period["months"]:
            first, last = period["months"]
            if not (first <= day.month <= last if first <= last else
                    day.month >= first or day.month <= last):
                return False
        for word in period["days"]:
            if word in self.types:
                starts = self.types[word]["starts"]
                its = (local - timedelta(seconds=seconds_of(starts))).date() \
                    if starts not in (None, "00:00") else day
                if self.is_type(word, its):
                    return True
            else:
                ends = [WEEK.index(w) for w in word.split("-")]
                if (day.weekday() - ends[0]) % 7 <= (ends[-1] - ends[0]) % 7:
                    return True
        return not period["days"]

    def matches(self, period, local):
        today = local.date()
        second = (local - datetime.combine(today, datetime.min.time())).seconds
        for a, b in period["hours"] or [("00:00", "24:00")]:
            a, b = seconds_of(a), seconds_of(b)
            if a < b and a <= second < b and self.counts(period, today, local):
                return True
            if a > b and second >= a and self.counts(period, today, local):
                return True
            if a > b and second < b and self.counts(period, today - DAY, local):
                return True
        return False

    def price_of(self, prices, utc):
        for a, b, price in prices["rows"]:
            if a <= utc < b:
                low, high = prices["bounds"]
                price = F(price) * F(prices["factor"])
                return max(F(low), min(F(high), price)) if low else price
        return F(prices["fallback"]) if prices["fallback"] else None

    def at(self, utc, local):
        """Name of the period, and for each part its tiers; None: no price."""
        names, ladders = [], []
        for name, part in self.parts.items():
            period = next((p for p in part["periods"] if self.matches(p, local)), None)
            if period is None and part["prices"]:
                price = self.price_of(part["prices"], utc)
                names.append(name)
                ladders.append(None if price is None else [(None, False, price)])
            else:
                names.append(f'{name}:{period["name"] if period else "base"}')
                ladders.append((period or part)["tiers"])
        return "+".join(names), None if None in ladders else ladders

    @staticmethod
    def mean(tiers, low, high, days):
        """Of the kWh between two positions of the site in its month."""
        if len(tiers) == 1:
            return F(tiers[0][2])
        total, floor = F(0), F(0)
        for top, daily, rate in tiers:
            top = high if top is None else F(top) * (days if daily else 1)
            total += max(F(0), min(high, top) - max(low, floor)) * F(rate)
            floor = max(floor, top)
        return total / (high - low)

    def taxed(self, amount, which=None):
        for name, percent in self.taxes:
            amount *= 1 + F(percent) / 100 if which in (None, name) else 1
        return amount

    def charges_of(self, day):
        first, after = month_of(day, self.billing)
        total = F(0)
        for charge in self.charges:
            monthly = charge["per"] == "PerMonth"
            months, amount = charge["months"], F(charge["amount"])
            if months and (first if monthly else day).month not in months:
                continue
            if monthly:
                amount /= (after - first).days
            elif charge["per"] == "PerYear":
                amount /= sum(days_in(day.year, m) for m in months or range(1, 13))
            total += amount if charge["taxes"] == "none" else self.taxed(
                amount, charge["taxes"])
        return total

    def begin_of(self, day):
        """The first second of a local day."""
        at = datetime.combine(day, datetime.min.time(), timezone.utc) - DAY
        while at.astimezone(self.tz).date() < day:
            at += timedelta(minutes=15)
        return at

    def pieces(self):
        """Nothing changes but at quarters of an hour."""
        for begin, end, text in self.loads:
            at, whole = begin, int((end - begin).total_seconds())
            while at < end:
                cut = min(end, at + timedelta(
                    seconds=900 - int(at.timestamp()) % 900))
                seconds = int((cut - at).total_seconds())
                yield at, seconds, F(text) * seconds / whole
                at = cut

    def bill(self):
        days, periods, site, month, begin = {}, {}, F(self.before), None, None
        unpriced = F(0)
        for at, seconds, kwh in self.pieces():
            local = at.astimezone(self.tz).replace(tzinfo=None)
            first, after = month_of(local.date(), self.billing)
            if first != month:
                site = site if month is None else F(0)
                month, begin = first, self.begin_of(first)
            name, ladders = self.at(at, local)
            cost = F(0)
            if ladders is None:
                name, unpriced = "unpriced", unpriced + kwh
            elif kwh:
                others = F(self.other) / 86400
                low = site + others * int((at - begin).total_seconds())
                high = low + kwh + others * seconds
                cost = kwh * self.taxed(sum(
                    self.mean(t, low, high, (after - first).days) for t in ladders))
            site += kwh
            for sums in (days.setdefault(local.date(), [F(0), F(0)]),
                         periods.setdefault(name, [F(0), F(0)])):
                sums[0] += kwh
                sums[1] += cost
        return days, periods, unpriced
