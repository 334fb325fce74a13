//! Policy packs: read, checked, compiled into column programs, run, explained. Pure: no input or output, time is a parameter.

mod calendar;
mod compile;
mod decimal;
mod expression;
mod kernel;
mod nearest;
mod pack;
mod run;
mod run_feed;
mod source;
mod types;

pub use compile::indicators::IndicatorInfo;
pub use compile::lowering::{FeedColumn, FeedSchema, InputInfo, InputSource, Mode};
pub use compile::program::{CompileOptions, FeedNeed, OutputInfo, Program, ProgrammeInfo};
pub use pack::Pack;
pub use run::{BoundProgram, InputFault, Outcome, RunError};
pub use source::declaration::Words;
pub use source::spot::{Diagnostic, Severity};
pub use types::{Entity, Period, Type};
