#!/usr/bin/env python3
"""Make the map's land and its table of countries from Natural Earth.

Run once, by hand; what it writes is in git. Input: countries-110m.json and
countries-50m.json of world-atlas 2 (TopoJSON; the data is Natural Earth's,
public domain) and Debian's iso-codes for the two-letter codes.

    tools/land.py 110m.json 50m.json iso_3166-1.json src/web

Writes land.tmpl (all land but Antarctica as one path in the Equal Earth
projection, islands too small for it as dots) and country_points.def (where a
country's mark stands, how wide it is).
"""
import heapq
import json
import math
import sys

SCALE = 2000 / (2 * 2.7066299836960748)  # as MAP_WIDTH in project.h
TOP = 1.3173627591574133 * SCALE
SMALLEST = 5.0   # square units: islands below are left out
TOLERANCE = 4.2  # square units of a triangle that may be cut off

# Marks that stand better than in the middle of the largest piece of land,
# and countries that the 50m data does not have.
BY_HAND = {
    "US": (39.5, -98.4), "CA": (56.5, -106.0), "NO": (61.5, 9.5),
    "FR": (46.6, 2.4), "CL": (-33.5, -70.8), "HR": (45.4, 16.2),
    "GI": (36.14, -5.35), "TV": (-8.52, 179.2), "TK": (-9.2, -171.85),
    "BQ": (12.2, -68.3), "GF": (4.0, -53.1), "GP": (16.2, -61.6),
    "MQ": (14.65, -61.0), "RE": (-21.1, 55.5), "YT": (-12.8, 45.15),
    "CX": (-10.45, 105.65), "CC": (-12.15, 96.85), "SJ": (78.6, 16.3),
    "UM": (19.3, 166.6), "BV": (-54.42, 3.35), "XK": (42.6, 20.9),
}


def project(lon, lat):
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    m = math.sqrt(3) / 2
    t = math.asin(m * math.sin(math.radians(lat)))
    x = math.radians(lon) * math.cos(t) / (
        m * (9 * a4 * t**8 + 7 * a3 * t**6 + 3 * a2 * t**2 + a1))
    y = a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t
    return 1000 + x * SCALE, TOP - y * SCALE


def decode(topo):
    (sx, sy), (tx, ty) = topo["transform"]["scale"], topo["transform"]["translate"]
    arcs = []
    for arc in topo["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    return arcs


def ring_of(arcs, indexes):
    points = []
    for i in indexes:
        arc = arcs[i] if i >= 0 else arcs[~i][::-1]
        points += arc[1:] if points else arc
    return points


def polygons(arcs, geometry):
    if geometry["type"] == "GeometryCollection":
        return [p for g in geometry["geometries"] for p in polygons(arcs, g)]
    if geometry["type"] == "Polygon":
        return [[ring_of(arcs, r) for r in geometry["arcs"]]]
    if geometry["type"] == "MultiPolygon":
        return [[ring_of(arcs, r) for r in p] for p in geometry["arcs"]]
    return []


def unwrap(ring):
    out = [ring[0]]
    for lon, lat in ring[1:]:
        while lon - out[-1][0] > 180:
            lon -= 360
        while lon - out[-1][0] < -180:
            lon += 360
        out.append((lon, lat))
    return out


def clip(ring, edge, sign):
    out = []
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1]):
        a_in, b_in = (ax - edge) * sign <= 0, (bx - edge) * sign <= 0
        if a_in:
            out.append((ax, ay))
        if a_in != b_in:
            out.append((edge, ay + (by - ay) * (edge - ax) / (bx - ax)))
    return out


def cut(ring):
    """Pieces of a ring within -180 to 180."""
    ring = unwrap(ring)
    pieces = []
    for shift in (-360, 0, 360):
        piece = [(lon + shift, lat) for lon, lat in ring]
        if max(p[0] for p in piece) <= -180 or min(p[0] for p in piece) >= 180:
            continue
        piece = clip(clip(piece, 180, 1), -180, -1)
        if len(piece) > 2:
            pieces.append(piece)
    return pieces


def area(ring):
    return sum(ax * by - bx * ay
               for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1])) / 2


def simplify(ring):
    """Visvalingam: drop the points that matter least."""
    n = len(ring)
    before, after = list(range(-1, n - 1)), list(range(1, n)) + [0]
    before[0] = n - 1
    alive = [True] * n

    def weight(i):
        a, b, c = ring[before[i]], ring[i], ring[after[i]]
        return abs((b[0] - a[0]) * (c[1] - a[1]) -
                   (c[0] - a[0]) * (b[1] - a[1])) / 2

    weights = [weight(i) for i in range(n)]
    heap = [(w, i) for i, w in enumerate(weights)]
    heapq.heapify(heap)
    left = n
    while heap and left > 4:
        w, i = heapq.heappop(heap)
        if not alive[i] or w != weights[i]:
            continue
        if w > TOLERANCE:
            break
        alive[i] = False
        left -= 1
        after[before[i]], before[after[i]] = after[i], before[i]
        for k in (before[i], after[i]):
            weights[k] = max(w, weight(k))
            heapq.heappush(heap, (weights[k], k))
    return [p for p, lives in zip(ring, alive) if lives]


def path_of(ring):
    points = []
    for x, y in ring:
        p = (round(x), round(y))
        if not points or p != points[-1]:
            points.append(p)
    if len(points) < 3:
        return ""
    text = "M%d %d" % points[0]
    last = points[0]
    for i, (x, y) in enumerate(points[1:]):
        dx, dy = x - last[0], y - last[1]
        text += "%s%d%s%d" % ("l" if i == 0 else "" if dx < 0 else " ", dx,
                              "" if dy < 0 else " ", dy)
        last = (x, y)
    return text + "z"


def centre(ring):
    """Of a ring in degrees: latitude, longitude."""
    xs = [p[0] for p in ring]
    ys = [p[1] for p in ring]
    cx = cy = total = 0
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1]):
        w = ax * by - bx * ay
        cx += (ax + bx) * w
        cy += (ay + by) * w
        total += w
    if abs(total) < 1e-9:
        return sum(ys) / len(ys), sum(xs) / len(xs)
    return cy / (3 * total), cx / (3 * total)


def kilometres(a, b):
    p, q = math.radians(a[0]), math.radians(b[0])
    h = (math.sin((q - p) / 2)**2 + math.cos(p) * math.cos(q) *
         math.sin(math.radians(b[1] - a[1]) / 2)**2)
    return 12742 * math.asin(math.sqrt(min(1, h)))


def wrapped(text, width):
    lines = []
    while text:
        at = len(text)
        if at > width:
            at = max(text.rfind(c, 0, width) for c in " Mlz-")
        lines.append(text[:at])
        text = text[at:]
    return lines


def main():
    coarse, fine, iso, folder = sys.argv[1:]
    coarse, fine = json.load(open(coarse)), json.load(open(fine))
    codes = {c["numeric"]: c["alpha_2"] for c in json.load(open(iso))["3166-1"]}
    arcs = decode(coarse)

    land = ""
    for polygon in polygons(arcs, coarse["objects"]["land"]):
        if max(p[1] for p in polygon[0]) < -60:
            continue
        for ring in polygon:
            for piece in cut(ring):
                flat = [project(*p) for p in piece]
                if abs(area(flat)) >= SMALLEST:
                    land += path_of(simplify(flat))

    drawn = {codes.get(g.get("id")) for g in coarse["objects"]["countries"]["geometries"]}
    points = {}
    arcs = decode(fine)
    for g in fine["objects"]["countries"]["geometries"]:
        code = codes.get(g.get("id"))
        if code is None:
            code = {"Kosovo": "XK"}.get(g["properties"]["name"])
        pieces = [p for polygon in polygons(arcs, g) for p in cut(polygon[0])]
        if code is None or not pieces:
            continue
        largest = max(pieces, key=lambda r: abs(area([project(*p) for p in r])))
        at = BY_HAND.get(code) or centre(largest)
        reach = max(kilometres(at, (lat, lon)) for lon, lat in largest)
        if code not in points or reach > points[code][2]:
            points[code] = (at[0], at[1], reach)
    for code, (lat, lon) in BY_HAND.items():
        points.setdefault(code, (lat, lon, 30))

    dots = ""
    for code in sorted(points):
        if code not in drawn:
            x, y = project(points[code][1], points[code][0])
            dots += "M%d %dh0" % (round(x), round(y))

    with open(folder + "/land.tmpl", "w") as out:
        out.write("%/* Land without borders, by tools/land.py from Natural"
                  " Earth's 110m data (public\n%   domain), in the projection"
                  " of project.h; islands too small for it are dots. */\n"
                  "%#include \"web/map_page.h\"\n\n"
                  "%template tmpl_land(struct strbuf *out)\n"
                  "<path class=\"land\" d=\"")
        out.write("\n".join(wrapped(land, 110)) + "\"/>\n")
        out.write('<path fill="none" stroke="currentColor" stroke-width="4"'
                  ' stroke-linecap="round" vector-effect="non-scaling-stroke"'
                  ' d="')
        out.write("\n".join(wrapped(dots, 110)) + "\"/>\n%end\n")
    with open(folder + "/country_points.def", "w") as out:
        out.write("/*\n * Where the map puts a country as a whole: the middle"
                  " of its largest piece of\n * land, and how far that"
                  " reaches. COUNTRY(code, latitude, longitude, km).\n * Made"
                  " by tools/land.py from Natural Earth's 50m data (public"
                  " domain).\n */\n")
        for code in sorted(points):
            lat, lon, reach = points[code]
            out.write('COUNTRY("%s", %.2f, %.2f, %d)\n' %
                      (code, lat, lon, max(10, round(reach))))
    print(len(land), len(dots), len(points))


main()
