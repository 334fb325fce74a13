"""The policy of the case in OpenFisca-Core: `python openfisca_case.py FOLDER [EXACT]`.

Formulas are written for speed by hand: constants in place of the dated parameter tree, one period, arrays set directly.
Prints one JSON line. Inputs are loaded before the clock starts.
"""

import json
import sys
import time
from importlib.metadata import version

import numpy as np
import pyarrow.parquet as pq
from openfisca_core.entities import Entity, GroupEntity
from openfisca_core.periods import DateUnit, period
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

NOW = period("2024-11")
Person = Entity("person", "persons", "", "")
Household = GroupEntity("household", "households", "", "", [{"key": "member", "plural": "members", "label": ""}])
URBAN = np.array([812, 765, 770, 748, 790, 742, 735, 730, 718, 726, 715], dtype=float)
RURAL = np.array([655, 601, 622, 588, 640, 579, 592, 571, 556, 563, 549], dtype=float)


def variable(name, entity, kind, formula=None):
    body = {"value_type": kind, "entity": entity, "definition_period": DateUnit.MONTH, "label": name}
    if formula:
        body["formula"] = formula
    return type(name, (Variable,), body)


P_INPUTS = {"age": int, "disability_grade": int, "disability_type": int, "is_student": bool, "serious_illness": bool,
            "is_orphan": bool, "is_institutional": bool, "monthly_wage": float, "business_income": float, "pension": float,
            "transfer_income": float, "medical_expense": float, "education_expense": float}
H_INPUTS = {"region": int, "urban": bool, "vehicles": int, "houses": int, "deposits": float, "rent": float}

P = {
    "is_minor": (bool, lambda p, t: p("age", t) < 18),
    "is_elderly": (bool, lambda p, t: p("age", t) >= 60),
    "is_severely_disabled": (bool, lambda p, t: np.isin(p("disability_grade", t), (1, 2)) | ((p("disability_grade", t) == 3) & np.isin(p("disability_type", t), (5, 6)))),
    "has_work_ability": (bool, lambda p, t: (p("age", t) >= 16) & (p("age", t) < 60) & ~p("is_student", t) & ~p("is_severely_disabled", t) & ~p("serious_illness", t)),
    "employment_deduction": (float, lambda p, t: np.minimum(p("monthly_wage", t) * 0.20, 0.50 * p.household("dibao_standard", t))),
    "counted_wage": (float, lambda p, t: np.where(p("is_student", t), 0, p("monthly_wage", t) - p("employment_deduction", t))),
    "counted_business_income": (float, lambda p, t: p("business_income", t) * 0.9),
    "counted_pension": (float, lambda p, t: np.maximum(p("pension", t) - 143, 0)),
    "counted_income": (float, lambda p, t: p("counted_wage", t) + p("counted_business_income", t) + p("counted_pension", t) + p("transfer_income", t)),
    "necessary_expense": (float, lambda p, t: p("medical_expense", t) + np.minimum(p("education_expense", t), 800)),
    "uplift_rate": (float, lambda p, t: np.maximum.reduce([0.30 * p("is_severely_disabled", t), 0.25 * p("serious_illness", t), 0.20 * p("is_minor", t), 0.20 * (p("age", t) >= 70)])),
    "disabled_nursing_subsidy": (float, lambda p, t: np.select([p("disability_grade", t) == 1, p("disability_grade", t) == 2, (p("disability_grade", t) == 3) & np.isin(p("disability_type", t), (5, 6))], [120, 90, 60], 0)),
    "orphan_allowance": (float, lambda p, t: (p("is_orphan", t) & (p("is_minor", t) | (p("is_student", t) & (p("age", t) <= 22)))) * np.where(p("is_institutional", t), 1550, 1100)),
    "disabled_living_subsidy": (float, lambda p, t: 80.0 * ((p.household("dibao_eligible", t) | p.household("marginal_eligible", t)) & (p("disability_grade", t) > 0) & (p("orphan_allowance", t) == 0))),
    "old_age_allowance": (float, lambda p, t: np.select([p("age", t) < 80, p("age", t) < 90, p("age", t) < 100], [0, 60, 120], 300)),
    "single_person_dibao": (float, lambda p, t: ((p("is_severely_disabled", t) | p("serious_illness", t)) & p.household("marginal_eligible", t)) * p.household("dibao_standard", t)),
    "person_benefits": (float, lambda p, t: p("disabled_nursing_subsidy", t) + p("disabled_living_subsidy", t) + p("old_age_allowance", t) + p("orphan_allowance", t) + p("single_person_dibao", t)),
}
H = {
    "nb_members": (int, lambda h, t: h.nb_persons()),
    "nb_work_able": (int, lambda h, t: h.sum(h.members("has_work_ability", t))),
    "nb_severely_disabled": (int, lambda h, t: h.sum(h.members("is_severely_disabled", t))),
    "dibao_standard": (float, lambda h, t: np.where(h("urban", t), URBAN[h("region", t)], RURAL[h("region", t)])),
    "household_income": (float, lambda h, t: h.sum(h.members("counted_income", t))),
    "per_capita_income": (float, lambda h, t: h("household_income", t) / h("nb_members", t)),
    "household_expense": (float, lambda h, t: h.sum(h.members("necessary_expense", t)) + np.minimum(h("rent", t), 600)),
    "per_capita_deposits": (float, lambda h, t: h("deposits", t) / h("nb_members", t)),
    "vehicle_ok": (bool, lambda h, t: (h("vehicles", t) == 0) | ((h("vehicles", t) == 1) & (h("nb_severely_disabled", t) > 0))),
    "housing_ok": (bool, lambda h, t: h("houses", t) <= 1),
    "assets_ok_dibao": (bool, lambda h, t: h("vehicle_ok", t) & h("housing_ok", t) & (h("per_capita_deposits", t) <= 24 * h("dibao_standard", t))),
    "assets_ok_marginal": (bool, lambda h, t: h("vehicle_ok", t) & h("housing_ok", t) & (h("per_capita_deposits", t) <= 36 * h("dibao_standard", t))),
    "tekun_eligible": (bool, lambda h, t: (h("nb_members", t) == 1) & (h.sum(h.members("is_elderly", t) | h.members("is_minor", t) | h.members("is_severely_disabled", t)) == h("nb_members", t)) & (h("per_capita_income", t) < h("dibao_standard", t)) & h("assets_ok_dibao", t)),
    "tekun_amount": (float, lambda h, t: h("tekun_eligible", t) * (1.3 * h("dibao_standard", t) + np.where(h("nb_severely_disabled", t) > 0, 650, 120))),
    "dibao_eligible": (bool, lambda h, t: ~h("tekun_eligible", t) & (h("per_capita_income", t) < h("dibao_standard", t)) & h("assets_ok_dibao", t)),
    "dibao_base": (float, lambda h, t: h("dibao_eligible", t) * (h("dibao_standard", t) - h("per_capita_income", t)) * h("nb_members", t)),
    "dibao_uplift": (float, lambda h, t: h("dibao_eligible", t) * h("dibao_standard", t) * h.sum(h.members("uplift_rate", t))),
    "dibao_amount": (float, lambda h, t: h("dibao_eligible", t) * np.maximum(h("dibao_base", t) + h("dibao_uplift", t), 50)),
    "dibao_payable": (float, lambda h, t: np.ceil(h("dibao_amount", t))),
    "marginal_eligible": (bool, lambda h, t: ~h("tekun_eligible", t) & ~h("dibao_eligible", t) & (h("per_capita_income", t) <= 1.5 * h("dibao_standard", t)) & h("assets_ok_marginal", t)),
    "rigid_eligible": (bool, lambda h, t: ~h("tekun_eligible", t) & ~h("dibao_eligible", t) & ~h("marginal_eligible", t) & (h("per_capita_income", t) < 4 * h("dibao_standard", t)) & ((h("household_income", t) - h("household_expense", t)) / h("nb_members", t) < 2 * h("dibao_standard", t)) & (h("household_expense", t) >= 0.4 * h("household_income", t)) & h("assets_ok_marginal", t)),
    "category": (int, lambda h, t: np.select([h("tekun_eligible", t), h("dibao_eligible", t), h("marginal_eligible", t), h("rigid_eligible", t)], [0, 1, 2, 3], 4)),
    "heating_subsidy": (float, lambda h, t: 200 * np.select([h("dibao_eligible", t) | h("tekun_eligible", t), h("marginal_eligible", t)], [1, 0.5], 0) * np.where(h("urban", t), 1, 0.8)),
    "household_benefits": (float, lambda h, t: h("tekun_amount", t) + h("dibao_payable", t) + h("heating_subsidy", t) + h.sum(h.members("person_benefits", t))),
}


def main() -> None:
    folder, exact = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    persons, households = pq.read_table(f"{folder}/persons.parquet"), pq.read_table(f"{folder}/households.parquet")
    system = TaxBenefitSystem([Person, Household])
    for entity, inputs, formulas in ((Person, P_INPUTS, P), (Household, H_INPUTS, H)):
        for name, kind in inputs.items():
            system.add_variable(variable(name, entity, kind))
        for name, (kind, formula) in formulas.items():
            system.add_variable(variable(name, entity, kind, formula))
    builder = SimulationBuilder()
    builder.create_entities(system)
    builder.declare_person_entity("person", persons["person_id"].to_numpy())
    homes = builder.declare_entity("household", households["household_id"].to_numpy())
    owners = persons["household_id"].to_numpy()
    builder.join_with_persons(homes, owners, np.repeat("member", len(owners)))
    simulation = builder.build(system)
    for name in P_INPUTS:
        column = persons[name].to_numpy() if name in persons.column_names else persons[f"{name}_fen"].to_numpy() / 100
        simulation.set_input(name, NOW, column)
    regions = np.array([int(code[1:]) - 1401 for code in households["region"].to_pylist()])
    simulation.set_input("region", NOW, regions)
    simulation.set_input("urban", NOW, households["zone"].to_numpy() == "urban")
    for name in ("vehicles", "houses"):
        simulation.set_input(name, NOW, households[name].to_numpy())
    for name in ("deposits", "rent"):
        simulation.set_input(name, NOW, households[f"{name}_fen"].to_numpy() / 100)
    cpu, wall = time.process_time(), time.perf_counter()
    for name in (*P, *H):
        simulation.calculate(name, NOW)
    report = {
        "engine": f"OpenFisca-Core {version('openfisca-core')}",
        "compute_cpu_seconds": round(time.process_time() - cpu, 3),
        "compute_seconds": round(time.perf_counter() - wall, 3),
        "households": households.num_rows,
    }
    if exact:
        payable = pq.read_table(f"{exact}/households.parquet", columns=["dibao_payable"])["dibao_payable"]
        exact_values = np.array([float(value) for value in payable.to_pylist()])
        report["wrong_payable"] = int((simulation.calculate("dibao_payable", NOW) != exact_values).sum())
    print(json.dumps(report))


main()
