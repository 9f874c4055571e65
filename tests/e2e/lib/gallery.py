# SPDX-License-Identifier: MIT
"""Runs `kasactl graph` and reads what it made.

    run = graph(rrds, out)
    page = Page(out)               # index.html, with every page it leads to
    page.image("Power of Freezer over the last 24 hours")
"""

import html.parser
import os
import re
import struct
import subprocess
import zlib

from collectd import BUILD, SLOWNESS

KASACTL = os.path.join(BUILD, "kasactl")
SPANS = {"hour": 3600, "day": 86400, "week": 7 * 86400, "month": 31 * 86400,
         "year": 366 * 86400}
WORDS = {"hour": "the last hour", "day": "the last 24 hours", "week": "the last 7 days",
         "month": "the last 31 days", "year": "the last 12 months"}
# all pictures of up to 100 devices and plugs are drawn twice as sharp
ZOOM = 2


def command(rrds, out, *arguments):
    return [KASACTL, "graph", "--out", str(out),
            *(["--rrd", str(rrds)] if rrds else []), *arguments]


def graph(rrds, out, *arguments, status=0, env=None, cwd=None, wrap=()):
    run = subprocess.run([*wrap, *command(rrds, out, *arguments)],
                         capture_output=True, text=True, check=False,
                         timeout=300 * SLOWNESS, errors="surrogateescape",
                         env={**os.environ, **(env or {})}, cwd=cwd)
    assert run.returncode == status, run.stdout + run.stderr
    assert "Sanitizer" not in run.stderr and "runtime error" not in run.stderr
    return run


def png_size(path):
    """Width and height of a PNG file that is whole in every byte."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    at, size, pixels, kinds = 8, None, b"", []
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        check = struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0]
        assert zlib.crc32(kind + body) == check, (path, kind)
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            size = width, height
        elif kind == b"IDAT":
            pixels += body
        kinds.append(kind)
        at += 12 + length
    assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND", (path, kinds)
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    rows = zlib.decompress(pixels)
    assert len(rows) == height * (1 + width * channels * depth // 8), path
    return size


class Image:
    """One picture of a page, in all its shapes."""

    def __init__(self, span, sources, attributes):
        self.span = span
        self.sources = sources  # [(media, attributes)]
        self.alt = attributes["alt"]
        self.light = attributes["src"]
        self.attributes = attributes
        self.loading = attributes.get("loading")

    def dark(self):
        """What a dark desktop shows."""
        found = [a["srcset"] for media, a in self.sources
                 if media == "(prefers-color-scheme:dark)"]
        assert len(found) == 1, self.sources
        return found[0]

    def every(self):
        """[(file, width, height)]"""
        out = [(a["srcset"], int(a["width"]), int(a["height"]))
               for _, a in self.sources]
        return [*out, (self.light, int(self.attributes["width"]),
                       int(self.attributes["height"]))]

    def number(self, word):
        """"average 12.5 W" as 12.5; energy in Wh."""
        found = re.search(rf"[:,] {word} (-?[\d.]+) (kWh|\w+)", self.alt)
        assert found, (word, self.alt)
        return float(found[1]) * (1000 if found[2] == "kWh" else 1)


class Parser(html.parser.HTMLParser):
    EMPTY = {"meta", "input", "img", "source", "br", "link", "hr"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.stack, self.images, self.links = [], [], []
        self.texts, self.addresses, self.cards = [], [], []
        self.sources, self.span, self.tabs = [], None, []
        self.feed(text)
        self.close()
        assert not self.stack, f"not closed: {self.stack}"

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        self.addresses += [a[k] for k in ("src", "srcset", "href", "action")
                           if k in a]
        if tag not in self.EMPTY:
            self.stack.append(tag)
        if tag == "figure":
            self.span = a["class"]
        elif tag == "picture":
            self.sources = []
        elif tag == "source":
            self.sources.append((a["media"], a))
        elif tag == "img":
            self.images.append(Image(self.span, self.sources, a))
        elif tag == "a":
            self.links.append(a["href"])
        elif tag == "input" and a.get("name") == "span":
            self.tabs.append(a["id"])
        if "data-name" in a:
            self.cards.append(a["data-name"])

    def handle_endtag(self, tag):
        assert self.stack and self.stack[-1] == tag, (tag, self.stack)
        self.stack.pop()

    def handle_data(self, data):
        if self.stack and self.stack[-1] in ("script", "style"):
            assert "http" not in data and "url(" not in data
        elif data.strip():
            self.texts.append(" ".join(data.split()))


class Page:
    """One page; pages that it leads to as .pages, by their headings."""

    def __init__(self, out, name="index.html", follow=True):
        self.out, self.name = str(out), name
        with open(os.path.join(self.out, name), encoding="utf-8") as file:
            self.text = file.read()
        parsed = Parser(self.text)
        self.images, self.texts = parsed.images, parsed.texts
        self.links, self.cards = parsed.links, parsed.cards
        self.tabs = parsed.tabs
        for address in parsed.addresses:
            assert re.fullmatch(r"(\.\./)?[a-z]*/?[a-z0-9.-]+", address), (
                f"leads elsewhere: {address!r}")
        self.pages = {}
        for link in self.links if follow else ():
            page = Page(out, link, follow=False)
            self.pages[page.texts[2]] = page

    def all_images(self):
        return self.images + [i for p in self.pages.values() for i in p.images]

    def path(self, address):
        return os.path.normpath(os.path.join(
            self.out, os.path.dirname(self.name), address))

    def image(self, words):
        """The one picture whose text begins so, on whatever page."""
        found = {i.light.split("/")[-1]: i for i in self.all_images()
                 if i.alt.startswith(words)}
        assert len(found) == 1, (words, [i.alt for i in self.all_images()])
        return next(iter(found.values()))

    def verify(self, zoom=ZOOM):
        """Every picture is there, whole and of the right size; nothing else
        is. Returns how many files that are."""
        used, pages = set(), set()
        for page in [self, *self.pages.values()]:
            pages.add(page.path(os.path.basename(page.name)))
            for image in page.images:
                assert image.alt and image.loading == "lazy"
                assert image.dark() != image.light
                for file, width, height in image.every():
                    path = page.path(file)
                    assert png_size(path) == (width * zoom, height * zoom), path
                    used.add(path)
        there = {os.path.join(folder, file)
                 for folder, _, files in os.walk(self.out) for file in files}
        assert there == used | pages, there ^ (used | pages)
        assert not [n for n in os.listdir(self.out) if n.startswith(".")]
        return len(used)


def snapshot(folder):
    """Every file below with its content and time."""
    out = {}
    for top, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(top, name)
            out[os.path.relpath(path, folder)] = (
                None if os.path.isdir(path) else open(path, "rb").read(),
                None if os.path.isdir(path) else os.stat(path).st_mtime_ns)
    return out
