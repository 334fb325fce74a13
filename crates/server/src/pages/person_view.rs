//! What a person's page shows: facts with their source, what to check, conclusions with reasons, household, records.

use anwang_contracts::Contracts;
use anwang_lake::SnapshotId;
use anwang_registry::{ConcludedProgramme, FeedRecords, Household, PageSource, PersonPage, Record, Registered, Shown};
use anwang_store::findings::{self, Finding, Kind};
use anwang_store::runs;
use anwang_vault::AuditEntry;
use maud::{Markup, html};

use super::yuan;
use crate::app::{Shared, now_ms};
use crate::error::ServerError;
use crate::figures::{ConditionState, ConditionTexts, Titles, without_values};
use crate::language::Language;

pub struct View {
    purpose: String,
    page: PersonPage,
    findings: Vec<Finding>,
}

impl View {
    /// Notes the look before anything is read: a page that fails half-way was still asked for.
    pub fn read(shared: &Shared, person: u64, purpose: String) -> Result<View, ServerError> {
        let entry = AuditEntry {
            at_ms: now_ms(),
            who: "staff".to_owned(),
            purpose: purpose.clone(),
            action: "person.read".to_owned(),
            subject_key: Some(person),
            detail: "page".to_owned(),
        };
        shared.vault.audit(&shared.book, &entry)?;
        let refresh = runs::last_done(&shared.book, "refresh")?;
        let source = PageSource {
            lake: &shared.lake,
            vault: &shared.vault,
            contracts: Contracts::embedded(),
            at: refresh.and_then(|run| run.snapshot_id).map(SnapshotId),
        };
        Ok(View {
            page: source.page(person)?,
            findings: findings::of_person(&shared.book, person)?,
            purpose,
        })
    }

    pub fn body(&self, titles: &Titles, language: Language) -> Markup {
        let name = self
            .page
            .masked_name
            .as_deref()
            .unwrap_or_else(|| language.pick("个人页", "Person"));
        html! {
            h1 { (name) }
            p.lead { (language.pick("事由：", "Purpose: ")) (self.purpose) (language.pick("。本次查看已记入日志。", ". This look is in the audit log.")) }
            (facts(&self.page, titles, language))
            @if !self.findings.is_empty() {
                h2 { (language.pick("需要核查的情况", "To be checked")) }
                ul.sheet.conditions { @for finding in &self.findings { (finding_line(finding, titles, language)) } }
            }
            h2 { (language.pick("各项救助的结论", "Conclusions by programme")) }
            @if self.page.conclusions.is_empty() {
                div.sheet { p { (language.pick("没有正在享受的救助，也没有像是符合条件的项目。", "Is served by no programme and seems eligible for none.")) } }
            }
            @for conclusion in &self.page.conclusions { (conclusion_sheet(conclusion, titles, language)) }
            @if let Some(household) = &self.page.household { (household_sheet(household, &self.page.person, language)) }
            h2 { (language.pick("各部门的记录", "What departments recorded")) }
            @for feed in &self.page.feeds { (feed_sheet(feed, language)) }
        }
    }
}

fn facts(page: &PersonPage, titles: &Titles, language: Language) -> Markup {
    html! {
        div.sheet {
            dl.facts {
                (fact(language.pick("公民身份号码", "Citizen id"), page.masked_id.as_deref()))
                @match &page.registered {
                    Some(registered) => (registered_facts(registered, titles, language)),
                    None => (fact(language.pick("登记", "Registry"), Some(language.pick("数据中没有这个人", "nobody in the data has this id")))),
                }
                dt { (language.pick("人员代号", "Person key")) } dd { code { (page.person) } }
            }
        }
    }
}

fn registered_facts(person: &Registered, titles: &Titles, language: Language) -> Markup {
    let sex = person.sex.map(|sex| {
        if sex == "male" {
            language.pick("男", "male")
        } else {
            language.pick("女", "female")
        }
    });
    html! {
        (fact(language.pick("性别", "Sex"), sex))
        (fact(language.pick("出生", "Born"), person.born_on.as_deref()))
        (fact(language.pick("户籍地", "Registered at"), person.hukou_place.as_deref()))
        (fact(language.pick("居住地", "Lives at"), person.residence_place.as_deref()))
        @if let Some(died_on) = &person.died_on {
            dt { (language.pick("死亡", "Died")) }
            dd { span.mark.bad { (died_on) }
                @if let Some(feed) = person.died_feed.and_then(|number| titles.feeds.iter().find(|feed| feed.number == number)) {
                    " " span.quiet { (language.pick("来源：", "source: ")) (feed.title.of(language)) }
                } }
        }
        @if let Some(level) = person.disability_level {
            dt { (language.pick("残疾等级", "Disability level")) }
            dd { (level) @if let Some(until) = &person.disability_valid_to { span.quiet { (language.pick("，证件有效至 ", ", card valid to ")) (until) } } }
        }
        @if !person.conflicts.is_empty() {
            dt { (language.pick("部门数据矛盾", "Feeds disagree")) }
            dd { @for conflict in &person.conflicts { span.mark.warn { (conflict_words(conflict, language)) } " " } }
        }
    }
}

fn fact(name: &str, value: Option<&str>) -> Markup {
    html! { @if let Some(value) = value { dt { (name) } dd { (value) } } }
}

fn conflict_words(code: &str, language: Language) -> &str {
    match code {
        "dead_but_registered" => language.pick("已故仍有户籍", "dead but still registered"),
        "death_days_differ" => language.pick("死亡日期不一致", "days of death differ"),
        "marital_status_differs" => language.pick("婚姻状况不一致", "marital status differs"),
        "on_two_rosters" => language.pick("同时在两份名册", "on two rosters"),
        "not_registered" => language.pick("没有户籍记录", "no registration"),
        "gone_but_on_roster" => language.pick("已迁出仍在名册", "gone but on a roster"),
        other => other,
    }
}

fn finding_line(finding: &Finding, titles: &Titles, language: Language) -> Markup {
    let (class, word) = match finding.kind {
        Kind::Missed => ("warn", language.pick("应享未享", "missed")),
        Kind::Wrong => ("bad", language.pick("疑似错享", "wrong")),
    };
    html! {
        li {
            span { span class={ "mark " (class) } { (word) } }
            span {
                strong { (titles.programme(&finding.programme, language)) } "　"
                (titles.reason(finding.kind, &finding.programme, &finding.reason, language))
                @if let Some(since) = &finding.since { span.quiet { (language.pick("　自 ", " since ")) (since) } }
            }
        }
    }
}

fn conclusion_sheet(conclusion: &ConcludedProgramme, titles: &Titles, language: Language) -> Markup {
    let (class, answer) = match conclusion.answer.as_str() {
        "eligible" => ("good", language.pick("符合条件", "eligible")),
        "not_eligible" => ("bad", language.pick("不符合条件", "not eligible")),
        "undecidable" => (
            "plain",
            language.pick("资料不足，无法判断", "undecidable: data missing"),
        ),
        _ => ("plain", language.pick("当日规则未生效", "rule not in force on the day")),
    };
    let conditions = titles.conditions(&conclusion.programme, conclusion.unmet, conclusion.open);
    html! {
        section.sheet.conclusion {
            h3 {
                (titles.programme(&conclusion.programme, language))
                span class={ "mark " (class) } { (answer) }
                @if conclusion.served { span.mark.plain { (language.pick("正在享受", "is served")) } }
                @if !conclusion.of_person { span.mark.plain { (language.pick("以户为单位", "of the household")) } }
            }
            @if let Some(paid) = conclusion.paid_fen_per_month { p { (language.pick("每月在发 ", "Paid per month: ")) (yuan(paid)) (language.pick(" 元", " yuan")) } }
            @if let Some(due) = conclusion.amount_fen_per_month { p { (language.pick("按规则每月 ", "By the rule per month: ")) (yuan(due)) (language.pick(" 元", " yuan")) } }
            ul.conditions {
                @for (state, texts) in conditions { (condition_line(state, texts, language)) }
            }
        }
    }
}

fn condition_line(state: ConditionState, texts: &ConditionTexts, language: Language) -> Markup {
    let (class, word, text) = match state {
        ConditionState::Met => ("good", language.pick("✔ 满足", "✔ met"), &texts.met),
        ConditionState::Unmet => ("bad", language.pick("✘ 不满足", "✘ not met"), &texts.unmet),
        ConditionState::Open => ("plain", language.pick("? 待查", "? open"), &texts.met),
    };
    html! {
        li {
            span { span class={ "mark " (class) } { (word) } }
            span { (without_values(text.of(language))) @if !texts.basis.is_empty() { " " span.law { (texts.basis.join(language.pick("；", "; "))) } } }
        }
    }
}

fn household_sheet(household: &Household, person: &str, language: Language) -> Markup {
    html! {
        h2 { (language.pick("共同生活的家庭", "Household living together")) }
        div.sheet {
            dl.facts {
                (fact(language.pick("所在地", "Place"), household.place.as_deref()))
                dt { (language.pick("人口", "People")) } dd { (household.living) }
            }
            @if !household.members.is_empty() {
                ul {
                    @for member in &household.members {
                        li {
                            a href={ "/person/" (member.person) } { code { (member.person) } }
                            @if let Some(id) = &member.masked_id { "　" (id) }
                            @if member.person == household.head { " " span.mark.plain { (language.pick("户主", "head")) } }
                            @if member.person == person { " " span.mark.plain { (language.pick("本人", "this person")) } }
                        }
                    }
                }
            }
        }
    }
}

fn feed_sheet(feed: &FeedRecords, language: Language) -> Markup {
    html! {
        details.sheet.feed {
            summary {
                (feed.number) " " (text(&feed.title, language)) "　"
                span.quiet { (text(&feed.owner, language)) " · " (feed.records.len()) (language.pick(" 条", if feed.records.len() == 1 { " record" } else { " records" })) }
            }
            @for record in &feed.records { (record_facts(record, language)) }
        }
    }
}

fn record_facts(record: &Record, language: Language) -> Markup {
    html! {
        p.small.quiet { (language.pick("批次 ", "batch ")) (record.batch) (language.pick("，第 ", ", line ")) (record.row) (language.pick(" 行", "")) }
        dl.facts { @for field in &record.fields { dt { (text(&field.name, language)) } dd { (text(&field.value, language)) } } }
    }
}

fn text(shown: &Shown, language: Language) -> &str {
    language.pick(&shown.zh, &shown.en)
}
