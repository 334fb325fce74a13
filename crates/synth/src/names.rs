//! Ordinary names: surnames by their weight in Shanxi, given names by sex and generation. A name is four bytes.

use crate::random::Rng;

/// Indices into the tables below; `second == NONE` is a one-character given name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    surname: u8,
    table: u8,
    first: u8,
    second: u8,
}

const NONE: u8 = u8::MAX;

/// Weights per ten thousand, after published frequency lists for North China; the tail stands for the rest.
const SURNAMES: [(&str, u16); 64] = [
    ("王", 1120),
    ("张", 1040),
    ("李", 980),
    ("刘", 560),
    ("赵", 420),
    ("郭", 390),
    ("杨", 330),
    ("任", 220),
    ("武", 210),
    ("陈", 200),
    ("高", 200),
    ("韩", 170),
    ("马", 160),
    ("贾", 160),
    ("郝", 150),
    ("梁", 150),
    ("白", 150),
    ("宋", 140),
    ("田", 130),
    ("孙", 130),
    ("乔", 120),
    ("史", 110),
    ("冯", 110),
    ("薛", 110),
    ("牛", 100),
    ("吴", 100),
    ("段", 100),
    ("曹", 100),
    ("崔", 90),
    ("闫", 90),
    ("侯", 90),
    ("樊", 80),
    ("苏", 80),
    ("卫", 80),
    ("周", 80),
    ("范", 80),
    ("董", 80),
    ("秦", 80),
    ("程", 70),
    ("温", 70),
    ("孟", 70),
    ("常", 70),
    ("申", 70),
    ("靳", 60),
    ("尚", 60),
    ("原", 60),
    ("杜", 60),
    ("霍", 60),
    ("徐", 60),
    ("吕", 50),
    ("安", 50),
    ("石", 50),
    ("邢", 50),
    ("成", 50),
    ("景", 50),
    ("米", 40),
    ("药", 30),
    ("续", 30),
    ("渠", 30),
    ("暴", 20),
    ("燕", 20),
    ("欧阳", 8),
    ("上官", 6),
    ("令狐", 6),
];

/// Given names by table: women and men, born before 1965, before 1995, later.
const GIVEN: [(&[&str], &[&str]); 6] = [
    (
        &[
            "秀", "桂", "玉", "爱", "月", "凤", "改", "银", "翠", "俊", "金", "素", "兰", "润", "巧", "变",
        ],
        &[
            "英", "兰", "莲", "梅", "花", "珍", "香", "娥", "云", "芳", "仙", "枝", "莉", "青", "平", "女",
        ],
    ),
    (
        &[
            "建", "志", "保", "福", "贵", "永", "玉", "俊", "拴", "文", "德", "万", "润", "银", "金", "全",
        ],
        &[
            "国", "明", "生", "海", "林", "山", "平", "才", "旺", "锁", "成", "喜", "根", "虎", "义", "华",
        ],
    ),
    (
        &[
            "丽", "晓", "海", "艳", "红", "彩", "建", "慧", "雪", "亚", "志", "文", "春", "国", "燕", "小",
        ],
        &[
            "娟", "霞", "芳", "丽", "萍", "琴", "玲", "红", "敏", "燕", "英", "花", "梅", "清", "琳", "珍",
        ],
    ),
    (
        &[
            "建", "志", "海", "晓", "国", "文", "俊", "永", "卫", "红", "世", "宏", "瑞", "小", "少", "向",
        ],
        &[
            "强", "军", "伟", "峰", "斌", "东", "鹏", "刚", "飞", "龙", "平", "勇", "杰", "明", "亮", "兵",
        ],
    ),
    (
        &[
            "子", "雨", "欣", "梓", "思", "佳", "若", "诗", "语", "怡", "嘉", "可", "一", "沐", "艺", "婉",
        ],
        &[
            "涵", "萱", "怡", "彤", "琪", "妍", "馨", "晨", "诺", "瑶", "宁", "然", "菲", "桐", "雅", "昕",
        ],
    ),
    (
        &[
            "子", "浩", "宇", "俊", "梓", "博", "嘉", "明", "一", "泽", "天", "昊", "奕", "家", "铭", "晨",
        ],
        &[
            "轩", "然", "涵", "豪", "辰", "宇", "睿", "泽", "航", "杰", "阳", "霖", "昊", "鑫", "远", "凯",
        ],
    ),
];

/// Characters that clerks confuse: same sound or same look.
const MISTAKEN: [(&str, &str); 24] = [
    ("张", "章"),
    ("李", "黎"),
    ("刘", "柳"),
    ("郭", "国"),
    ("陈", "程"),
    ("贾", "甲"),
    ("闫", "阎"),
    ("王", "汪"),
    ("英", "莹"),
    ("兰", "蓝"),
    ("莲", "连"),
    ("芳", "方"),
    ("霞", "侠"),
    ("明", "名"),
    ("强", "墙"),
    ("伟", "玮"),
    ("峰", "锋"),
    ("军", "君"),
    ("萍", "平"),
    ("华", "花"),
    ("涵", "函"),
    ("怡", "宜"),
    ("杰", "洁"),
    ("国", "围"),
];

impl Name {
    /// A name for a child of a family (`family`) or for someone who brings a surname of their own.
    pub fn draw(rng: &mut Rng, family: Option<Name>, male: bool, birth_year: i32) -> Self {
        let surname = match family {
            Some(name) => name.surname,
            None => surname(rng),
        };
        let generation = if birth_year < 1965 {
            0
        } else if birth_year < 1995 {
            1
        } else {
            2
        };
        let table = generation * 2 + u8::from(male);
        let single = rng.below(100) < [4, 22, 12][generation as usize];
        let first = rng.below(16) as u8;
        let second = rng.below(16) as u8;
        Self {
            surname,
            table,
            first: if single { NONE } else { first },
            second,
        }
    }

    /// The same given name under the family's surname.
    pub fn with_surname_of(self, family: Name) -> Self {
        Self {
            surname: family.surname,
            ..self
        }
    }

    #[inline]
    pub fn parts(self) -> [&'static str; 3] {
        let (firsts, seconds) = GIVEN[usize::from(self.table)];
        let first = if self.first == NONE {
            ""
        } else {
            firsts[usize::from(self.first)]
        };
        [
            SURNAMES[usize::from(self.surname)].0,
            first,
            seconds[usize::from(self.second)],
        ]
    }

    /// The name as a careless clerk types it: one character replaced by one of the same sound or look.
    pub fn mistyped(self) -> String {
        let right: String = self.parts().concat();
        for (from, to) in MISTAKEN {
            if right.contains(from) {
                return right.replacen(from, to, 1);
            }
        }
        let [surname, first, second] = self.parts();
        match first {
            "" => format!("{surname}小{second}"),
            first if first == second => format!("{surname}{second}"),
            first => format!("{surname}{second}{first}"),
        }
    }
}

fn surname(rng: &mut Rng) -> u8 {
    const TOTAL: u32 = {
        let mut sum = 0;
        let mut index = 0;
        while index < SURNAMES.len() {
            sum += SURNAMES[index].1 as u32;
            index += 1;
        }
        sum
    };
    let mut left = rng.below(TOTAL);
    for (index, (_, weight)) in SURNAMES.iter().enumerate() {
        let weight = u32::from(*weight);
        if left < weight {
            return index as u8;
        }
        left -= weight;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    #[test]
    fn a_mistyped_name_differs_from_the_right_one() {
        let mut rng = Rng::keyed(1, Stream::Households, 0);
        for _ in 0..2_000 {
            let (male, year) = (rng.chance(0.5), rng.between(1930, 2026));
            let name = Name::draw(&mut rng, None, male, year);
            assert_ne!(name.mistyped(), name.parts().concat());
        }
    }

    #[test]
    fn children_carry_the_name_of_the_family() {
        let mut rng = Rng::keyed(1, Stream::Households, 0);
        let father = Name::draw(&mut rng, None, true, 1970);
        let child = Name::draw(&mut rng, Some(father), false, 2005);
        assert_eq!(child.parts()[0], father.parts()[0]);
    }
}
