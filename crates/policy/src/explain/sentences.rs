//! Reasons in plain sentences that an applicant understands.

use super::reasons::{ConditionState, Reasons, Text};
use crate::compile::program::Program;
use crate::source::declaration::{Programme, Words};

/// The outcome first, then what did not hold, then the amount.
pub fn of(reasons: &Reasons, programme: &Programme, program: &Program) -> Vec<Text> {
    let mut sentences = vec![outcome(reasons)];
    let wanted = match reasons.outcome {
        "eligible" => ConditionState::Met,
        "not_eligible" => ConditionState::Unmet,
        _ => ConditionState::Undecidable,
    };
    if wanted == ConditionState::Undecidable && !reasons.missing.is_empty() {
        sentences.push(unknown(&reasons.missing, program).into());
    } else {
        let told = reasons
            .conditions
            .iter()
            .filter(|condition| condition.state == wanted && !condition.text.zh.is_empty());
        sentences.extend(told.map(|condition| condition.text.clone()));
    }
    if reasons
        .conditions
        .iter()
        .any(|condition| condition.state == ConditionState::Open)
    {
        sentences.push(Text {
            zh: "还需在本人授权后核对家庭经济状况。".to_owned(),
            en: "A check of the household's means, on consent, is still needed.".to_owned(),
        });
    }
    if let (Some(arithmetic), Some(amount)) = (&reasons.arithmetic, &reasons.amount) {
        sentences.push(amount_sentence(arithmetic, amount, programme, program));
    }
    sentences
}

fn outcome(reasons: &Reasons) -> Text {
    let (zh, en) = (&reasons.title.zh, &reasons.title.en);
    match reasons.outcome {
        "eligible" => Text {
            zh: format!("符合{zh}条件。"),
            en: format!("The conditions for {en} are met."),
        },
        "not_eligible" => Text {
            zh: format!("不符合{zh}条件。"),
            en: format!("The conditions for {en} are not met."),
        },
        "not_in_force" => Text {
            zh: format!("{zh}在{}尚未施行或已停止施行，不作判断。", reasons.as_of),
            en: format!("{en} is not in force on {}; nothing is concluded.", reasons.as_of),
        },
        _ => Text {
            zh: format!("是否符合{zh}条件，现有信息还不能判断。"),
            en: format!("What is known does not decide whether the conditions for {en} are met."),
        },
    }
}

fn amount_sentence(arithmetic: &str, amount: &str, programme: &Programme, program: &Program) -> Text {
    use crate::types::{Period, Type};
    let lowered = program.lowered.iter().find(|(name, _)| *name == programme.name);
    let ty = lowered.and_then(|(_, lowered)| Some(lowered.amount.as_ref()?.ty.clone()));
    let (zh, en) = match ty {
        Some(Type::Money(Period::Month)) => ("每月", " a month"),
        Some(Type::Money(Period::Year)) => ("每年", " a year"),
        _ => ("", ""),
    };
    let same = arithmetic == amount;
    let reckoned = if same {
        String::new()
    } else {
        format!("：{arithmetic}")
    };
    let reckoned_en = if same { String::new() } else { format!(": {arithmetic}") };
    Text {
        zh: format!("{zh}{amount}元{reckoned}。"),
        en: format!("{amount} yuan{en}{reckoned_en}."),
    }
}

/// What is missing, by its label where it has one.
pub fn unknown(missing: &[String], program: &Program) -> Words {
    let said = &program.pack().said;
    let mut names = (Vec::new(), Vec::new());
    for name in missing {
        let bare = name
            .strip_prefix("param ")
            .map_or(name.as_str(), |rest| rest.split(' ').next().unwrap_or(rest));
        let label = said
            .variables
            .get(bare)
            .map(|v| &v.label)
            .or_else(|| said.parameters.get(bare).map(|p| &p.label));
        let or_name = |text: Option<&String>| {
            text.filter(|t| !t.is_empty())
                .cloned()
                .unwrap_or_else(|| bare.to_owned())
        };
        names.0.push(or_name(label.map(|label| &label.zh)));
        names.1.push(or_name(label.map(|label| &label.en)));
    }
    Words {
        zh: format!("还缺：{}。", names.0.join("、")),
        en: format!("Not known: {}.", names.1.join(", ")),
    }
}
