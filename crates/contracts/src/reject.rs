//! Why a row is kept aside: one value per reason, with a stable code and a hint that a department can act on.

use std::borrow::Cow;

use crate::contract::{Bilingual, Contract};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RejectCode {
    MissingRequired,
    IdLength,
    IdNotDigits,
    IdArea,
    IdImpossibleDate,
    IdCheckDigit,
    NotADate,
    NotAMonth,
    DateOutOfRange,
    NotMoney,
    FinerThanOneFen,
    NotACount,
    NotARate,
    NotAFlag,
    OutOfRange,
    UnknownCode,
    NotADivision,
    UnknownDivision,
    NotACreditCode,
    NotAName,
    NotAPhone,
    NotAnAccount,
    NotAHouseholdNo,
    /// A citizen id where free text was promised: it would lie in the lake in clear.
    IdentityInText,
    TextTooLong,
    TooFewColumns,
    TooManyColumns,
    UnclosedQuote,
    NotUtf8,
    NotJson,
    /// Position of the rule in the contract.
    RuleBroken(usize),
}

impl RejectCode {
    /// Every reason but the rules of the contracts, for lists and documents.
    pub const ALL: [RejectCode; 30] = [
        RejectCode::MissingRequired,
        RejectCode::IdLength,
        RejectCode::IdNotDigits,
        RejectCode::IdArea,
        RejectCode::IdImpossibleDate,
        RejectCode::IdCheckDigit,
        RejectCode::NotADate,
        RejectCode::NotAMonth,
        RejectCode::DateOutOfRange,
        RejectCode::NotMoney,
        RejectCode::FinerThanOneFen,
        RejectCode::NotACount,
        RejectCode::NotARate,
        RejectCode::NotAFlag,
        RejectCode::OutOfRange,
        RejectCode::UnknownCode,
        RejectCode::NotADivision,
        RejectCode::UnknownDivision,
        RejectCode::NotACreditCode,
        RejectCode::NotAName,
        RejectCode::NotAPhone,
        RejectCode::NotAnAccount,
        RejectCode::NotAHouseholdNo,
        RejectCode::IdentityInText,
        RejectCode::TextTooLong,
        RejectCode::TooFewColumns,
        RejectCode::TooManyColumns,
        RejectCode::UnclosedQuote,
        RejectCode::NotUtf8,
        RejectCode::NotJson,
    ];

    /// Stable: written into files, shown in interfaces, counted in reports. A rule's code is its id: `rule.ends_after_it_starts`.
    pub fn code<'c>(&self, contract: &'c Contract) -> Cow<'c, str> {
        match self {
            RejectCode::RuleBroken(rule) => Cow::Owned(format!("rule.{}", contract.rules[*rule].id)),
            other => Cow::Borrowed(other.plain().0),
        }
    }

    /// What to do about it.
    pub fn hint(&self, contract: &Contract) -> Bilingual {
        match self {
            RejectCode::RuleBroken(rule) => contract.rules[*rule].text.clone(),
            other => {
                let (_, zh, en) = other.plain();
                Bilingual {
                    zh: zh.to_owned(),
                    en: en.to_owned(),
                }
            }
        }
    }

    fn plain(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            RejectCode::MissingRequired => ("missing", "必填项为空，请补填", "required, but empty: please fill in"),
            RejectCode::IdLength => (
                "id_length",
                "身份证号应为18位（旧证15位），请核对",
                "a citizen id has 18 digits, old ones 15",
            ),
            RejectCode::IdNotDigits => (
                "id_not_digits",
                "身份证号含有数字和X以外的字符，请重新录入",
                "holds something other than digits and a final X",
            ),
            RejectCode::IdArea => (
                "id_area",
                "身份证号前两位不是省级代码，请核对",
                "does not begin with a province's code",
            ),
            RejectCode::IdImpossibleDate => (
                "id_impossible_date",
                "身份证号中的出生日期不存在，请核对",
                "the birth date in it does not exist",
            ),
            RejectCode::IdCheckDigit => (
                "id_check_digit",
                "身份证号校验码不符，多为录错一位，请对照证件",
                "the check digit does not fit: usually one digit is mistyped",
            ),
            RejectCode::NotADate => (
                "not_a_date",
                "不是有效日期，请按 2026-07-01 填写",
                "not an existing date; write it as 2026-07-01",
            ),
            RejectCode::NotAMonth => (
                "not_a_month",
                "不是有效年月，请按 2026-07 填写",
                "not a month; write it as 2026-07",
            ),
            RejectCode::DateOutOfRange => (
                "date_out_of_range",
                "日期超出合理范围，请核对年份",
                "the date lies outside what is possible; check the year",
            ),
            RejectCode::NotMoney => ("not_money", "不是金额，请只填数字", "not an amount; write digits only"),
            RejectCode::FinerThanOneFen => (
                "finer_than_one_fen",
                "金额小于一分，请保留两位小数",
                "finer than one fen; keep two decimals",
            ),
            RejectCode::NotACount => ("not_a_count", "不是整数，请核对", "not a whole number"),
            RejectCode::NotARate => (
                "not_a_rate",
                "不是比例，请填小数或百分数",
                "not a share; write a decimal or a percentage",
            ),
            RejectCode::NotAFlag => ("not_a_flag", "只能填“是”或“否”", "write yes or no"),
            RejectCode::OutOfRange => (
                "out_of_range",
                "数值超出合理范围，请核对单位（月/年、元/万元）",
                "outside the possible range; check the unit (month or year, yuan or ten thousand)",
            ),
            RejectCode::UnknownCode => ("unknown_code", "不在代码表内，请按数据标准填写", "not in the code list"),
            RejectCode::NotADivision => (
                "not_a_division",
                "区划代码应为12位数字",
                "a division code has 12 digits",
            ),
            RejectCode::UnknownDivision => (
                "unknown_division",
                "区划代码不存在，请核对最新区划",
                "no such division; check it against the current list",
            ),
            RejectCode::NotACreditCode => (
                "not_a_credit_code",
                "统一社会信用代码不正确，请核对18位代码",
                "not a valid 18-character credit code",
            ),
            RejectCode::IdentityInText => (
                "identity_in_text",
                "文字栏中出现身份证号，请移到对应栏目",
                "a citizen id stands in a text column; move it to its own column",
            ),
            RejectCode::TextTooLong => (
                "text_too_long",
                "文字过长，请核对是否串栏",
                "the text is too long; columns may have slipped",
            ),
            RejectCode::TooFewColumns => (
                "too_few_columns",
                "列数少于表头，请检查分隔符和换行",
                "fewer fields than the header; check separators and line breaks",
            ),
            RejectCode::TooManyColumns => (
                "too_many_columns",
                "列数多于表头，请检查分隔符和引号",
                "more fields than the header; check separators and quotes",
            ),
            RejectCode::UnclosedQuote => (
                "unclosed_quote",
                "引号没有闭合，请检查该行引号",
                "a quote is not closed",
            ),
            RejectCode::NotAName => (
                "not_a_name",
                "姓名中有数字或符号，请核对是否串栏",
                "a name holds no digits or signs; columns may have slipped",
            ),
            RejectCode::NotAPhone => ("not_a_phone", "电话号码位数或字符不正确", "not a phone number"),
            RejectCode::NotAnAccount => (
                "not_an_account",
                "账号或证号位数或字符不正确",
                "not a number of an account or certificate",
            ),
            RejectCode::NotAHouseholdNo => ("not_a_household_no", "户号或家庭编号不正确", "not a household number"),
            RejectCode::NotUtf8 => (
                "not_utf8",
                "文字编码无法识别，请另存为UTF-8",
                "the text cannot be decoded; save the file as UTF-8",
            ),
            RejectCode::NotJson => (
                "not_json",
                "该行不是完整的JSON对象，请检查括号和引号",
                "the line is not a JSON object; check brackets and quotes",
            ),
            RejectCode::RuleBroken(_) => ("rule", "", ""),
        }
    }
}
