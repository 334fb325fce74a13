"""The policy of the case in DuckDB, hand-written SQL: `python duckdb_case.py FOLDER [EXACT]`.

FOLDER holds persons.parquet and households.parquet; EXACT, the exact results to count wrong payable amounts against.
Prints one JSON line. Inputs are loaded before the clock starts; all 41 variables are made as tables in memory.
"""

import json
import sys
import time

import duckdb

PERSONS = """
CREATE OR REPLACE TABLE p1 AS
SELECT p.*, h.standard AS hs,
  age < 18 AS is_minor, age >= 60 AS is_elderly, sev AS is_severely_disabled,
  age >= 16 AND age < 60 AND NOT is_student AND NOT sev AND NOT serious_illness AS has_work_ability,
  least(wage * 0.20, 0.50 * h.standard) AS employment_deduction,
  CASE WHEN is_student THEN 0 ELSE wage - least(wage * 0.20, 0.50 * h.standard) END AS counted_wage,
  business * 0.9 AS counted_business_income, greatest(pen - 143, 0) AS counted_pension,
  CASE WHEN is_student THEN 0 ELSE wage - least(wage * 0.20, 0.50 * h.standard) END + business * 0.9 + greatest(pen - 143, 0) + transfer AS counted_income,
  medical + least(education, 800) AS necessary_expense,
  greatest(CASE WHEN sev THEN 0.30 ELSE 0 END, CASE WHEN serious_illness THEN 0.25 ELSE 0 END,
           CASE WHEN age < 18 THEN 0.20 ELSE 0 END, CASE WHEN age >= 70 THEN 0.20 ELSE 0 END) AS uplift_rate,
  CASE WHEN disability_grade = 1 THEN 120 WHEN disability_grade = 2 THEN 90
       WHEN disability_grade = 3 AND disability_type IN (5, 6) THEN 60 ELSE 0 END AS disabled_nursing_subsidy,
  CASE WHEN is_orphan AND (age < 18 OR (is_student AND age <= 22)) THEN CASE WHEN is_institutional THEN 1550 ELSE 1100 END ELSE 0 END AS orphan_allowance,
  CASE WHEN age < 80 THEN 0 WHEN age < 90 THEN 60 WHEN age < 100 THEN 120 ELSE 300 END AS old_age_allowance
FROM (SELECT *, disability_grade IN (1, 2) OR (disability_grade = 3 AND disability_type IN (5, 6)) AS sev,
        monthly_wage_fen / 100 AS wage, business_income_fen / 100 AS business, pension_fen / 100 AS pen,
        transfer_income_fen / 100 AS transfer, medical_expense_fen / 100 AS medical, education_expense_fen / 100 AS education
      FROM persons) p JOIN (SELECT household_id, standard FROM households JOIN standards USING (region, zone)) h USING (household_id)
"""

HOUSEHOLDS = """
CREATE OR REPLACE TABLE h1 AS
WITH m AS (
  SELECT household_id, count(*) AS nb_members, count_if(has_work_ability) AS nb_work_able,
    count_if(is_severely_disabled) AS nb_severely_disabled, sum(counted_income) AS household_income,
    sum(necessary_expense) AS expense, sum(uplift_rate) AS uplift, bool_and(is_elderly OR is_minor OR is_severely_disabled) AS all_unable
  FROM p1 GROUP BY household_id),
a AS (
  SELECT h.*, m.*, s.standard AS dibao_standard, household_income / nb_members AS per_capita_income,
    expense + least(rent_fen / 100, 600) AS household_expense, deposits_fen / 100 / nb_members AS per_capita_deposits,
    vehicles = 0 OR (vehicles = 1 AND nb_severely_disabled > 0) AS vehicle_ok, houses <= 1 AS housing_ok
  FROM households h JOIN m USING (household_id) JOIN standards s USING (region, zone)),
b AS (
  SELECT *, vehicle_ok AND housing_ok AND per_capita_deposits <= 24 * dibao_standard AS assets_ok_dibao,
    vehicle_ok AND housing_ok AND per_capita_deposits <= 36 * dibao_standard AS assets_ok_marginal FROM a),
c AS (SELECT *, nb_members = 1 AND all_unable AND per_capita_income < dibao_standard AND assets_ok_dibao AS tekun_eligible FROM b),
d AS (SELECT *, NOT tekun_eligible AND per_capita_income < dibao_standard AND assets_ok_dibao AS dibao_eligible FROM c),
e AS (
  SELECT *, CASE WHEN tekun_eligible THEN 1.3 * dibao_standard + CASE WHEN nb_severely_disabled > 0 THEN 650 ELSE 120 END ELSE 0 END AS tekun_amount,
    CASE WHEN dibao_eligible THEN (dibao_standard - per_capita_income) * nb_members ELSE 0 END AS dibao_base,
    CASE WHEN dibao_eligible THEN dibao_standard * uplift ELSE 0 END AS dibao_uplift,
    NOT tekun_eligible AND NOT dibao_eligible AND per_capita_income <= 1.5 * dibao_standard AND assets_ok_marginal AS marginal_eligible FROM d),
f AS (
  SELECT *, CASE WHEN dibao_eligible THEN greatest(dibao_base + dibao_uplift, 50) ELSE 0 END AS dibao_amount,
    NOT tekun_eligible AND NOT dibao_eligible AND NOT marginal_eligible AND per_capita_income < 4 * dibao_standard
      AND (household_income - household_expense) / nb_members < 2 * dibao_standard
      AND household_expense >= 0.4 * household_income AND assets_ok_marginal AS rigid_eligible FROM e)
SELECT *, ceil(dibao_amount) AS dibao_payable,
  CASE WHEN tekun_eligible THEN 'tekun' WHEN dibao_eligible THEN 'dibao' WHEN marginal_eligible THEN 'marginal'
       WHEN rigid_eligible THEN 'rigid' ELSE 'none' END AS category,
  200 * CASE WHEN dibao_eligible OR tekun_eligible THEN 1 WHEN marginal_eligible THEN 0.5 ELSE 0 END
      * CASE WHEN zone = 'rural' THEN 0.8 ELSE 1 END AS heating_subsidy FROM f
"""

BENEFITS = """
CREATE OR REPLACE TABLE p2 AS
SELECT *, disabled_nursing_subsidy + disabled_living_subsidy + old_age_allowance + orphan_allowance + single_person_dibao AS person_benefits
FROM (SELECT p1.*,
    CASE WHEN (h1.dibao_eligible OR h1.marginal_eligible) AND disability_grade > 0 AND orphan_allowance = 0 THEN 80 ELSE 0 END AS disabled_living_subsidy,
    CASE WHEN (is_severely_disabled OR serious_illness) AND h1.marginal_eligible THEN h1.dibao_standard ELSE 0 END AS single_person_dibao
  FROM p1 JOIN h1 USING (household_id))
"""

TOTALS = """
CREATE OR REPLACE TABLE h2 AS
SELECT h1.*, tekun_amount + dibao_payable + heating_subsidy + s.benefits AS household_benefits
FROM h1 JOIN (SELECT household_id, sum(person_benefits) AS benefits FROM p2 GROUP BY household_id) s USING (household_id)
"""

URBAN = "812 765 770 748 790 742 735 730 718 726 715".split()
RURAL = "655 601 622 588 640 579 592 571 556 563 549".split()


def main() -> None:
    folder, exact = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    con = duckdb.connect()
    con.execute("SET threads = 2")
    con.execute(f"CREATE TABLE persons AS FROM '{folder}/persons.parquet'")
    con.execute(f"CREATE TABLE households AS FROM '{folder}/households.parquet'")
    con.execute("CREATE TABLE standards (region VARCHAR, zone VARCHAR, standard DOUBLE)")
    for zone, values in (("urban", URBAN), ("rural", RURAL)):
        for at, value in enumerate(values):
            con.execute("INSERT INTO standards VALUES (?, ?, ?)", [f"r14{at + 1:02d}", zone, float(value)])
    cpu, wall = time.process_time(), time.perf_counter()
    for step in (PERSONS, HOUSEHOLDS, BENEFITS, TOTALS):
        con.execute(step)
    report = {
        "engine": f"DuckDB {duckdb.__version__}",
        "compute_cpu_seconds": round(time.process_time() - cpu, 3),
        "compute_seconds": round(time.perf_counter() - wall, 3),
        "households": con.execute("SELECT count(*) FROM h2").fetchone()[0],
    }
    if exact:
        wrong = f"SELECT count(*) FROM h2 JOIN '{exact}/households.parquet' x USING (household_id) WHERE h2.dibao_payable <> x.dibao_payable::DOUBLE"
        report["wrong_payable"] = con.execute(wrong).fetchone()[0]
    print(json.dumps(report))


main()
