//! Policy packs: read, checked, compiled into column programs, run, explained. Pure: no input or output, time is a parameter.

mod calendar;
mod cases;
mod check;
mod compile;
mod decimal;
mod explain;
mod expression;
mod kept;
mod kernel;
mod nearest;
mod pack;
mod run;
mod run_feed;
pub mod simulate;
mod source;
mod types;

pub use cases::{CaseFailure, CaseReport, Mismatch};
pub use compile::indicators::IndicatorInfo;
pub use compile::lowering::{FeedColumn, FeedSchema, InputInfo, InputSource, Mode};
pub use compile::program::{CompileOptions, FeedNeed, OutputInfo, Program, ProgrammeInfo};
pub use explain::facts::{Answers, Document, Facts, FactsError};
pub use explain::questions::{AnswerKind, Question};
pub use explain::reasons::{ConditionReason, ConditionState, NamedValue, Reasons, Text, ValueSource};
pub use kept::Kept;
pub use pack::{ConditionWording, IndicatorWording, Pack, ProgrammeWording, extended_pack};
pub use run::{BoundProgram, InputFault, Outcome, RunError, offsets_in_order};
pub use source::declaration::Words;
pub use source::spot::{Diagnostic, Severity};
pub use types::{Entity, Period, Type};
