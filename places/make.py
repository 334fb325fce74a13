"""Derives divisions.csv, joins.csv, changes.csv and holidays.csv from the sources named in ATTRIBUTION.md.

usage: python3 make.py MCA_CSV NBS_CSV HISTORICAL_CHANGES_JSON CHINESECALENDAR_FOLDER

The ministry's list is the base. A township of the statistics list is joined to the ministry's township of the same
county and the same name, never by code: 140581101 is one town in one list and another town in the other.
What cannot be joined stays in the tree under its county, marked `statistics`, and is listed in joins.csv.
"""

import csv
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
# Spellings of one township that differ between the lists; same county, and the same code unless the reason says otherwise.
SPELLINGS = {
    ("140214", "平盛路街道"): ("平盛街道", "spelling; code differs"),
    ("140214", "清泉街街道"): ("清泉街道", "spelling; code differs"),
    ("140222", "卅里铺乡"): ("三十里铺乡", "卅 is 三十; same code"),
    ("140581", "北城街道"): ("北城街街道", "spelling; same code"),
    ("140581", "东城街道"): ("东城街街道", "spelling; same code"),
    ("140581", "南城街道"): ("南城街街道", "spelling; same code"),
    ("140702", "新华街道"): ("新华街街道", "spelling; same code"),
    ("140702", "西南街道"): ("西南街街道", "spelling; same code"),
    ("140702", "新建街道"): ("新建街街道", "spelling; same code"),
    ("140724", "冶头镇"): ("东冶头镇", "spelling; same code"),
    ("140729", "梁家焉乡"): ("梁家墕乡", "rare character; same code"),
    ("140781", "宋古乡"): ("宋𦙶乡", "rare character; same code"),
    ("140981", "闫庄镇"): ("阎庄镇", "闫 for 阎; same code"),
    ("141002", "鼓楼西街街道"): ("鼓楼西街道", "spelling; same code"),
    ("141002", "水塔街街道"): ("水塔街道", "spelling; same code"),
    ("141002", "乡贤街街道"): ("乡贤街道", "spelling; same code"),
    ("141002", "辛寺街街道"): ("辛寺街道", "spelling; same code"),
    ("141002", "铁路东街道"): ("路东街道", "spelling; same code"),
    ("141002", "车站街街道"): ("车站街道", "spelling; same code"),
    ("141082", "开元街道"): ("开元街街道", "spelling; same code"),
    ("141124", "克虎镇"): ("克虎寨镇", "spelling; same code"),
    ("141124", "八堡乡"): ("第八堡乡", "spelling; same code"),
    ("141125", "三交镇"): ("下三交镇", "spelling; same code"),
    ("141125", "王家沟乡"): ("西王家沟乡", "spelling; same code"),
}


def committee(name):
    """Who governs a village: a residents' committee (urban) or a villagers' committee (rural)."""
    if re.search(r"(居委会|居民委员会|社区|生活区|园区|小区)$", name):
        return "residents"
    return "villagers"


def divisions(mca_path, nbs_path):
    mca = list(csv.DictReader(open(mca_path, encoding="utf-8-sig")))
    nbs = list(csv.DictReader(open(nbs_path, encoding="utf-8-sig")))
    rows = [(r["code"], r["name"], r["parent"], r["level"], "ministry", "") for r in mca]
    by_name = {(r["code"][:6], r["name"]): r["code"] for r in mca if r["level"] == "township"}
    by_code = {r["code"]: r for r in mca}
    counties = {r["code"][:6] for r in mca if r["level"] == "county"}
    taken = {}
    joins = []
    townships = [r for r in nbs if len(r["code"]) == 9]
    same_name = {by_name.get((t["code"][:6], t["name"])) for t in townships}
    for county in [r for r in nbs if len(r["code"]) == 6 and r["code"] not in counties]:
        code = county["code"] + "000000"
        rows.append((code, county["name"], county["code"][:4] + "00000000", "county", "statistics", ""))
        joins.append(("county", county["code"], county["name"], "", "", "unjoined", "a development or scenic zone that only statistics counts as a county"))
    for t in townships:
        key = (t["code"][:6], t["name"])
        target, how, reason = by_name.get(key), "name", ""
        if target is None and key in SPELLINGS:
            other, reason = SPELLINGS[key]
            target, how = by_name.get((key[0], other)), "spelling"
        if target is None:
            # The lists disagree about the county; only a name that is free on both sides and unique in the city counts.
            near = [c for (county, name), c in by_name.items() if name == t["name"] and county[:4] == key[0][:4] and c not in same_name]
            if len(near) == 1:
                target, how, reason = near[0], "neighbour", "the ministry lists it under county " + near[0][:6]
        if target is None:
            code = t["code"] + "000"
            if code in by_code:
                # The code belongs to another township of the ministry's list, so its villages hang from the county.
                taken[t["code"]] = key[0] + "000000"
                joins.append(("township", t["code"], t["name"], "", "", "unjoined", "no township of this name, and its code is %s in the ministry's list" % by_code[code]["name"]))
                continue
            rows.append((code, t["name"], key[0] + "000000", "township", "statistics", ""))
            taken[t["code"]] = code
            joins.append(("township", t["code"], t["name"], "", "", "unjoined", "no township of this name in the ministry's list: a zone, office, farm, mine or prison that only statistics lists"))
            continue
        taken[t["code"]] = target
        if how != "name" or target[:9] != t["code"]:
            joins.append(("township", t["code"], t["name"], target, by_code[target]["name"], how, reason or "same name, another code"))
    for v in [r for r in nbs if len(r["code"]) == 12]:
        rows.append((v["code"], v["name"], taken[v["parent"]], "village", "statistics", committee(v["name"])))
    hit = set(taken.values())
    for r in mca:
        if r["level"] == "township" and r["code"] not in hit:
            joins.append(("township", "", "", r["code"], r["name"], "empty", "the statistics list has no township of this name, so no villages are known"))
    write("divisions.csv", "code,name,parent,level,source,committee", rows)
    write("joins.csv", "level,nbs_code,nbs_name,mca_code,mca_name,how,reason", joins)


def changes(path):
    """Dated renames and mergers of counties and cities since 1999; the source gives years, so each counts from the end of its year."""
    rows = set()
    for e in json.load(open(path, encoding="utf-8"))["events"]:
        old, new = e["old"], e["new"]
        if e["year"] < 1999 or not (old["code"] or "").startswith("14"):
            continue
        successor = new["code"] or ""
        # A successor in another city is an artefact of comparing code tables (大同市矿区 and 阳泉市矿区), so it is left open.
        if e["type"] == "撤销" and successor[:4] != old["code"][:4]:
            successor = ""
        rows.add((e["year"], old["code"], old["name"], successor, new["name"] if successor else "", e["type"], e.get("doc_no") or "GB/T 2260"))
    write("changes.csv", "year,old_code,old_name,new_code,new_name,kind,source", sorted(rows))


def holidays(folder):
    sys.path.insert(0, folder)
    from chinese_calendar.constants import holidays, workdays

    rows = [(d.isoformat(), "holiday") for d in holidays if d.weekday() < 5] + [(d.isoformat(), "workday") for d in workdays if d.weekday() >= 5]
    write("holidays.csv", "day,kind", sorted(rows))


def write(name, header, rows):
    with open(HERE / name, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows(rows)
    print(name, len(rows))


if __name__ == "__main__":
    divisions(sys.argv[1], sys.argv[2])
    changes(sys.argv[3])
    holidays(sys.argv[4])
