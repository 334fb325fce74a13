//! The tree of an expression. Every node knows its place in the file and has a number, under which
//! the compiler files its value so that explanations can show it.

use crate::decimal::Decimal;
use crate::source::spot::Spot;

#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub id: u32,
    pub spot: Spot,
    pub kind: ExprKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    Number(Decimal),
    Text(String),
    Bool(bool),
    Null,
    /// Days since 1970-01-01.
    Date(i32),
    Name(String),
    /// `household.<name>` inside a person's formula.
    OfHousehold(String),
    /// `before.<name>`: the variable as the last refresh before this one had it.
    Before(String),
    Negate(Box<Expr>),
    Not(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    Between {
        value: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
        negated: bool,
    },
    In {
        value: Box<Expr>,
        list: Vec<Expr>,
        negated: bool,
    },
    IsNull {
        value: Box<Expr>,
        negated: bool,
    },
    Case {
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    Call {
        function: Function,
        args: Vec<Expr>,
    },
    /// Whether a programme's outcome is `eligible`.
    Eligible(String),
    /// A programme's amount.
    Amount(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
}

impl Operator {
    /// As a clerk writes it.
    pub fn sign(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "−",
            Operator::Multiply => "×",
            Operator::Divide => "÷",
            Operator::Equal => "=",
            Operator::NotEqual => "≠",
            Operator::Less => "<",
            Operator::LessOrEqual => "≤",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => "≥",
            Operator::And => "and",
            Operator::Or => "or",
        }
    }

    pub fn is_comparison(self) -> bool {
        !matches!(
            self,
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::And | Operator::Or
        )
    }

    pub fn strength(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Add | Operator::Subtract => 5,
            Operator::Multiply | Operator::Divide => 6,
            _ => 4,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    Coalesce,
    Least,
    Greatest,
    Round,
    Ceil,
    Floor,
    Abs,
    YearsBetween,
    MonthsBetween,
    DaysBetween,
    AddMonths,
    AddDays,
    Year,
    Month,
    Within,
}

impl Function {
    pub const ALL: [(&'static str, Function); 15] = [
        ("COALESCE", Function::Coalesce),
        ("LEAST", Function::Least),
        ("GREATEST", Function::Greatest),
        ("ROUND", Function::Round),
        ("CEIL", Function::Ceil),
        ("FLOOR", Function::Floor),
        ("ABS", Function::Abs),
        ("YEARS_BETWEEN", Function::YearsBetween),
        ("MONTHS_BETWEEN", Function::MonthsBetween),
        ("DAYS_BETWEEN", Function::DaysBetween),
        ("ADD_MONTHS", Function::AddMonths),
        ("ADD_DAYS", Function::AddDays),
        ("YEAR", Function::Year),
        ("MONTH", Function::Month),
        ("WITHIN", Function::Within),
    ];

    pub fn name(self) -> &'static str {
        Function::ALL
            .iter()
            .find(|(_, f)| *f == self)
            .map_or("", |(name, _)| name)
    }

    /// Least and most arguments.
    pub fn arity(self) -> (usize, usize) {
        match self {
            Function::Coalesce | Function::Least | Function::Greatest => (1, 64),
            Function::Round => (1, 2),
            Function::Ceil | Function::Floor | Function::Abs | Function::Year | Function::Month => (1, 1),
            _ => (2, 2),
        }
    }
}

impl Expr {
    /// Calls `visit` on this node and all below it.
    pub fn walk<'e>(&'e self, visit: &mut impl FnMut(&'e Expr)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }

    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Date(_)
            | ExprKind::Name(_)
            | ExprKind::OfHousehold(_)
            | ExprKind::Before(_)
            | ExprKind::Eligible(_)
            | ExprKind::Amount(_) => Vec::new(),
            ExprKind::Negate(a) | ExprKind::Not(a) | ExprKind::IsNull { value: a, .. } => vec![a],
            ExprKind::Binary(_, a, b) => vec![a, b],
            ExprKind::Between { value, low, high, .. } => vec![value, low, high],
            ExprKind::In { value, list, .. } => std::iter::once(&**value).chain(list).collect(),
            ExprKind::Case { branches, otherwise } => branches
                .iter()
                .flat_map(|(a, b)| [a, b])
                .chain(otherwise.as_deref())
                .collect(),
            ExprKind::Call { args, .. } => args.iter().collect(),
        }
    }
}
